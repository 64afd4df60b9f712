import RicevutaCore

/// Callbacks in the order in which they came, each with the right to answer it once.
///
/// Those that came at one time share one entry of it: a callback costs nothing more than its place.
struct WaitingCallbacks: Sendable {
    /// Callbacks that came at one time.
    private struct Group: Sendable {
        var count: Int
        var arrival: ContinuousClock.Instant
        var isAnswered: Bool
    }

    private(set) var entries: [RecordEntry] = []
    private var groups: [Group] = []
    /// How many of the first entries have no group any more.
    private var answered = 0

    var isEmpty: Bool { entries.isEmpty }
    var count: Int { entries.count }

    /// Adds one.
    ///
    /// - Parameters:
    ///   - entry: The callback.
    ///   - arrival: When it came.
    ///   - isAnswered: Whether somebody else answers it.
    mutating func append(_ entry: RecordEntry, at arrival: ContinuousClock.Instant, isAnswered: Bool) {
        entries.append(entry)
        if let last = groups.last, last.arrival == arrival, last.isAnswered == isAnswered {
            groups[groups.count - 1].count += 1
        } else {
            groups.append(Group(count: 1, arrival: arrival, isAnswered: isAnswered))
        }
    }

    /// Marks those as answered that came before a time and are not.
    ///
    /// - Returns: These, for whoever calls to answer.
    mutating func expire(before time: ContinuousClock.Instant) -> [RecordEntry] {
        var expired: [RecordEntry] = []
        var position = answered
        for index in groups.indices {
            guard groups[index].arrival < time else { break }
            let count = groups[index].count
            if !groups[index].isAnswered {
                expired += entries[position..<position + count]
                groups[index].isAnswered = true
            }
            position += count
        }
        return expired
    }

    /// Marks the next ones as answered; their entries stay until ``removeAll()``.
    ///
    /// - Returns: In their order, how many are for the caller to answer, and how many somebody else has answered.
    mutating func answer(first count: Int) -> [(count: Int, isOurs: Bool)] {
        var parts: [(count: Int, isOurs: Bool)] = []
        var rest = count
        var used = 0
        while rest > 0, used < groups.count {
            let part = min(rest, groups[used].count)
            parts.append((part, !groups[used].isAnswered))
            rest -= part
            groups[used].count -= part
            if groups[used].count == 0 { used += 1 }
        }
        groups.removeFirst(used)
        answered += count - rest
        return parts
    }

    /// Removes the oldest, if it is answered.
    ///
    /// - Returns: The size of its body; `nil` when it waits for its answer, or there is none.
    mutating func dropAnswered() -> Int? {
        guard let first = groups.first, first.isAnswered else { return nil }
        groups[0].count -= 1
        if groups[0].count == 0 { groups.removeFirst() }
        return entries.removeFirst().callback.body.count
    }

    /// Empties it, keeping its storage.
    mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        groups.removeAll(keepingCapacity: true)
        answered = 0
    }
}
