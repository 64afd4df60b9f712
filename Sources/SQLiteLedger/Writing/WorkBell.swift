import BaseKit
import RicevutaCore
import Synchronization

/// Wakes those that wait for work, by kind.
final class WorkBell: Sendable {
    private struct Line {
        var isRung = false
        var due: ContinuousClock.Instant?
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var cancelled: Set<Int> = []
    }

    private struct State {
        var lines: [JobKind: Line] = [:]
        var nextTicket = 0
        var isOpen = true
    }

    private let state = Mutex(State())
    private let longestWait: Duration

    /// - Parameter longestWait: After how long everybody looks again, rung for or not.
    init(longestWait: Duration) { self.longestWait = longestWait }

    /// Says that a job of the kind is due after `delay`.
    func schedule(_ kind: JobKind, after delay: Duration) {
        guard delay < longestWait else { return }  // Everybody looks again by then.
        let woken: [CheckedContinuation<Void, Never>] = state.withLock { state in
            var line = state.lines[kind] ?? Line()
            defer { state.lines[kind] = line }
            let due = ContinuousClock.now + delay
            if delay <= .zero {
                line.isRung = line.waiting.isEmpty
            } else if let earlier = line.due, earlier <= due {
                return []
            } else {
                line.due = due
            }
            defer { line.waiting = [:] }
            return Array(line.waiting.values)
        }
        for continuation in woken { continuation.resume() }
    }

    /// Forgets what was rung: who calls is looking now, and will say what is due next.
    func hush(_ kind: JobKind) {
        state.withLock { state in
            state.lines[kind]?.isRung = false
            state.lines[kind]?.due = nil
        }
    }

    /// Lets everybody go, and nobody wait any more.
    func close() {
        let woken = state.withLock { state in
            state.isOpen = false
            let woken = state.lines.values.flatMap(\.waiting.values)
            state.lines = [:]
            return woken
        }
        for continuation in woken { continuation.resume() }
    }

    /// Waits until the bell rings for the kind, a job falls due, or the longest wait is over.
    func wait(for kind: JobKind) async {
        guard !Task.isCancelled, let (ticket, limit) = ticket(for: kind) else { return }
        await withTaskGroup(of: Void.self) { group in
            // Cancelled means woken.
            group.addTask { await Deadlines.shared.sleep(for: ContinuousClock.now.duration(to: limit)) }
            group.addTask { await self.park(kind, ticket, until: limit) }
            await group.next()
            group.cancelAll()
        }
    }

    /// A place in the line and how long to keep it; `nil` when there is nothing to wait for.
    private func ticket(for kind: JobKind) -> (Int, until: ContinuousClock.Instant)? {
        let now = ContinuousClock.now
        return state.withLock { state in
            var line = state.lines[kind] ?? Line()
            defer { state.lines[kind] = line }
            let isDue = line.due.map { $0 <= now } ?? false
            if line.isRung || isDue || !state.isOpen {
                line.isRung = false
                if isDue { line.due = nil }
                return nil
            }
            state.nextTicket += 1
            return (state.nextTicket, min(now + longestWait, line.due ?? now + longestWait))
        }
    }

    private func park(_ kind: JobKind, _ ticket: Int, until limit: ContinuousClock.Instant) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    var line = state.lines[kind] ?? Line()
                    defer { state.lines[kind] = line }
                    // Between the ticket and here a job may have been scheduled before the ticket's limit.
                    let isEarlier = line.due.map { $0 < limit } ?? false
                    let isOver = line.isRung || isEarlier || line.cancelled.remove(ticket) != nil || !state.isOpen
                    if isOver { line.isRung = false } else { line.waiting[ticket] = continuation }
                    return isOver
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                var line = state.lines[kind] ?? Line()
                defer { state.lines[kind] = line }
                if let continuation = line.waiting.removeValue(forKey: ticket) { return Optional(continuation) }
                line.cancelled.insert(ticket)
                return nil
            }
            continuation?.resume()
        }
        _ = state.withLock { $0.lines[kind]?.cancelled.remove(ticket) }
    }
}
