import BaseKit
import RicevutaCore
import Synchronization

/// Wakes those that wait for work, by kind.
final class JobNotifier: Sendable {
    private struct Waiters {
        var isSignalled = false
        var due: ContinuousClock.Instant?
        var continuations: [Int: CheckedContinuation<Void, Never>] = [:]
        var cancelled: Set<Int> = []
    }

    private struct State {
        var kinds: [JobKind: Waiters] = [:]
        var nextTicket = 0
        var isOpen = true
    }

    private let state = Mutex(State())
    private let longestWait: Duration

    /// - Parameter longestWait: After how long every worker looks again, signalled or not.
    init(longestWait: Duration) { self.longestWait = longestWait }

    /// Says that a job of the kind is due after `delay`.
    func schedule(_ kind: JobKind, after delay: Duration) {
        guard delay < longestWait else { return }  // Everybody looks again by then.
        let woken: [CheckedContinuation<Void, Never>] = state.withLock { state in
            var waiters = state.kinds[kind] ?? Waiters()
            defer { state.kinds[kind] = waiters }
            let due = ContinuousClock.now + delay
            if delay <= .zero {
                waiters.isSignalled = waiters.continuations.isEmpty
            } else if let earlier = waiters.due, earlier <= due {
                return []
            } else {
                waiters.due = due
            }
            defer { waiters.continuations = [:] }
            return Array(waiters.continuations.values)
        }
        for continuation in woken { continuation.resume() }
    }

    /// Clears the signal: the caller is looking now, and schedules what is due next.
    func clear(_ kind: JobKind) {
        state.withLock { state in
            state.kinds[kind]?.isSignalled = false
            state.kinds[kind]?.due = nil
        }
    }

    /// Wakes all who wait, and lets nobody wait any more.
    func close() {
        let woken = state.withLock { state in
            state.isOpen = false
            let woken = state.kinds.values.flatMap(\.continuations.values)
            state.kinds = [:]
            return woken
        }
        for continuation in woken { continuation.resume() }
    }

    /// Waits until the kind is signalled, a job falls due, or the longest wait is over.
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

    /// A place among the waiters and how long to keep it; `nil` when there is nothing to wait for.
    private func ticket(for kind: JobKind) -> (Int, until: ContinuousClock.Instant)? {
        let now = ContinuousClock.now
        return state.withLock { state in
            var waiters = state.kinds[kind] ?? Waiters()
            defer { state.kinds[kind] = waiters }
            let isDue = waiters.due.map { $0 <= now } ?? false
            if waiters.isSignalled || isDue || !state.isOpen {
                waiters.isSignalled = false
                if isDue { waiters.due = nil }
                return nil
            }
            state.nextTicket += 1
            return (state.nextTicket, min(now + longestWait, waiters.due ?? now + longestWait))
        }
    }

    private func park(_ kind: JobKind, _ ticket: Int, until limit: ContinuousClock.Instant) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    var waiters = state.kinds[kind] ?? Waiters()
                    defer { state.kinds[kind] = waiters }
                    // Between the ticket and here a job may have been scheduled before the ticket's limit.
                    let isEarlier = waiters.due.map { $0 < limit } ?? false
                    let isOver =
                        waiters.isSignalled || isEarlier || waiters.cancelled.remove(ticket) != nil || !state.isOpen
                    if isOver { waiters.isSignalled = false } else { waiters.continuations[ticket] = continuation }
                    return isOver
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                var waiters = state.kinds[kind] ?? Waiters()
                defer { state.kinds[kind] = waiters }
                if let continuation = waiters.continuations.removeValue(forKey: ticket) {
                    return Optional(continuation)
                }
                waiters.cancelled.insert(ticket)
                return nil
            }
            continuation?.resume()
        }
        _ = state.withLock { $0.kinds[kind]?.cancelled.remove(ticket) }
    }
}
