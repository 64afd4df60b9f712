import Dispatch
import Foundation
import Synchronization

/// Waiting for a time on one thread of the process, in a way that costs nothing once it is cancelled.
///
/// Nearly every time limit is cancelled, because what it limits ends first. A cancelled `Task.sleep` leaves its timer
/// with the system's dispatcher until it would have fired: thousands of limits of minutes or hours a second would be
/// millions of timers. Here a cancelled wait is forgotten at once.
public final class Deadlines: Sendable {
    /// The one of this process.
    public static let shared = Deadlines()

    /// A wait that was begun: what ends it early.
    public struct Ticket: Sendable, Hashable {
        fileprivate let tick: Int64
        fileprivate let number: UInt64
    }

    private struct State {
        /// What to do at each tick, by ticket.
        var actions: [Int64: [UInt64: @Sendable () -> Void]] = [:]
        /// The ticks above, as a heap with the earliest first; also those that are empty by now.
        var ticks = MinHeap()
        var last: UInt64 = 0
        /// What the thread waits for; `nil` when it is not waiting.
        var awaited: Int64?
        var hasThread = false
    }

    private let state = Mutex(State())
    private let changed = DispatchSemaphore(value: 0)

    /// Creates a set with a thread of its own, which is started when it is needed and never ends.
    ///
    /// The program uses ``shared``; tests may have their own.
    public init() {}

    /// Has an action run when a time has passed: on the thread that all share, so it must not block.
    ///
    /// - Parameters:
    ///   - time: From now; up to a sixteenth longer, and at least to the next millisecond, so that waits share
    ///     wake-ups.
    ///   - action: Runs at most once.
    /// - Returns: What ``cancel(_:)`` takes.
    public func run(after time: Duration, _ action: @escaping @Sendable () -> Void) -> Ticket {
        let tick = Self.tick(after: time)
        let (ticket, isEarlier, startsThread) = state.withLock { state in
            state.last &+= 1
            if state.actions[tick] == nil { state.ticks.add(tick) }
            state.actions[tick, default: [:]][state.last] = action
            let isEarlier = state.awaited.map { tick < $0 } ?? false
            if isEarlier { state.awaited = nil }
            defer { state.hasThread = true }
            return (Ticket(tick: tick, number: state.last), isEarlier, !state.hasThread)
        }
        if isEarlier { changed.signal() }
        if startsThread {
            let thread = Thread { [self] in
                Thread.current.name = "deadlines"  // Seen by the system only when set from inside.
                serve()
            }
            thread.start()
        }
        return ticket
    }

    /// Forgets an action; does nothing when it has run or is about to.
    public func cancel(_ ticket: Ticket) {
        state.withLock { state in
            // What is empty by that goes when the thread comes by: else each new one would be another tick.
            _ = state.actions[ticket.tick]?.removeValue(forKey: ticket.number)
        }
    }

    /// Waits until a time has passed or the task is cancelled.
    ///
    /// - Parameter time: As in ``run(after:_:)``.
    /// - Returns: Whether the time has passed.
    @discardableResult
    public func sleep(for time: Duration) async -> Bool {
        let wait = Wait()
        let ticket = run(after: time) { wait.end(isOver: true) }
        defer { cancel(ticket) }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { wait.begin($0) }
        } onCancel: {
            wait.end(isOver: false)
        }
    }

    /// How many actions are waiting.
    package var count: Int { state.withLock { $0.actions.values.reduce(0) { $0 + $1.count } } }

    private static func tick(after time: Duration) -> Int64 {
        // A century is as good as for ever, and can be counted.
        let milliseconds: Int64 = min(max(0, time.wholeMilliseconds), 3_155_760_000_000)
        // The greatest power of two up to a sixteenth.
        let digits = milliseconds < 32 ? 0 : 59 - milliseconds.leadingZeroBitCount
        let step = Int64(1) << Int64(digits)
        let exact: Int64 = now + milliseconds + 1
        return (exact + step - 1) & -step
    }

    /// Milliseconds on the monotonic clock.
    private static var now: Int64 { Int64(DispatchTime.now().uptimeNanoseconds / 1_000_000) }

    private func serve() {
        while true {
            let (due, next) = state.withLock { state in
                let now = Self.now
                var due: [@Sendable () -> Void] = []
                while let tick = state.ticks.first {
                    if let actions = state.actions[tick], !actions.isEmpty {
                        guard tick <= now else { break }
                        due += actions.values
                    }
                    state.actions[tick] = nil
                    state.ticks.removeFirst()
                }
                state.awaited = due.isEmpty ? state.ticks.first ?? .max : nil
                return (due, state.awaited)
            }
            for action in due { action() }
            guard let next else { continue }
            let end = next == .max ? .distantFuture : DispatchTime(uptimeNanoseconds: UInt64(next) * 1_000_000)
            _ = changed.wait(timeout: end)
        }
    }
}

/// One task that waits.
private final class Wait: Sendable {
    private enum State: Sendable {
        case new
        case waiting(CheckedContinuation<Bool, Never>)
        case ended(isOver: Bool)
    }

    private let state = Mutex(State.new)

    func begin(_ continuation: CheckedContinuation<Bool, Never>) {
        let ended: Bool? = state.withLock { state in
            if case .ended(let isOver) = state { return isOver }
            state = .waiting(continuation)
            return nil
        }
        if let ended { continuation.resume(returning: ended) }
    }

    /// Resumes the task, once.
    func end(isOver: Bool) {
        let continuation: CheckedContinuation<Bool, Never>? = state.withLock { state in
            switch state {
            case .new:
                state = .ended(isOver: isOver)
                return nil
            case .waiting(let continuation):
                state = .ended(isOver: isOver)
                return continuation
            case .ended: return nil
            }
        }
        continuation?.resume(returning: isOver)
    }
}

/// Numbers with the least first.
private struct MinHeap {
    private var numbers: [Int64] = []

    var first: Int64? { numbers.first }

    mutating func add(_ number: Int64) {
        numbers.append(number)
        var child = numbers.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard numbers[child] < numbers[parent] else { return }
            numbers.swapAt(child, parent)
            child = parent
        }
    }

    mutating func removeFirst() {
        guard let last = numbers.popLast(), !numbers.isEmpty else { return }
        numbers[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < numbers.count && numbers[child] < numbers[least] { least = child }
            guard least != parent else { return }
            numbers.swapAt(parent, least)
            parent = least
        }
    }
}
