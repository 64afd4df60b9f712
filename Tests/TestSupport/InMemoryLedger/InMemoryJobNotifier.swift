import RicevutaCore
import Synchronization

/// Wakes those that wait for work, by kind.
final class InMemoryJobNotifier: Sendable {
    private struct State {
        var signalled: Set<JobKind> = []
        var continuations: [Int: (kind: JobKind, continuation: CheckedContinuation<Void, Never>)] = [:]
        /// Waits that ended before they began.
        var cancelled: Set<Int> = []
        var next = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let longestWait: Duration

    init(longestWait: Duration) { self.longestWait = longestWait }

    /// Says that a job of the kind is due after `delay`.
    func schedule(_ kind: JobKind, after delay: Duration) {
        guard delay < longestWait else { return }  // Everybody looks again by then.
        guard delay > .zero else { return signal(kind) }
        Task {
            try? await Task.sleep(for: delay)  // Nothing cancels it.
            signal(kind)
        }
    }

    /// Forgets what was signalled: who calls is looking now.
    func clear(_ kind: JobKind) { state.withLock { _ = $0.signalled.remove(kind) } }

    /// Lets everybody go, and nobody wait any more.
    func close() {
        state.withLock { $0.isClosed = true }
        for kind in JobKind.allCases { signal(kind) }
    }

    private func signal(_ kind: JobKind) {
        let woken = state.withLock { state in
            let woken = state.continuations.filter { $0.value.kind == kind }
            for number in woken.keys { state.continuations[number] = nil }
            if woken.isEmpty { state.signalled.insert(kind) }
            return woken.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }

    /// Waits until the kind is signalled, or the longest wait is over.
    func wait(for kind: JobKind) async {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await Task.sleep(for: self.longestWait) }  // Cancelled means woken.
            group.addTask { await self.park(kind, number) }
            await group.next()
            group.cancelAll()
        }
    }

    private func park(_ kind: JobKind, _ number: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    let isSignalled = state.signalled.remove(kind) != nil
                    if isSignalled || state.isClosed || state.cancelled.remove(number) != nil { return true }
                    state.continuations[number] = (kind, continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                let continuations = state.continuations.removeValue(forKey: number)
                if continuations == nil { state.cancelled.insert(number) }
                return continuations?.continuation
            }
            continuation?.resume()
        }
        state.withLock { _ = $0.cancelled.remove(number) }
    }
}
