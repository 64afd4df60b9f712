import Dispatch
import Foundation
import RicevutaCore
import Synchronization

/// What waits to be journaled, bounded.
final class JournalQueue: Sendable {
    /// Why a callback is not taken.
    enum Refusal { case full, closed }

    /// What became of callbacks that were to be queued.
    struct Admission {
        /// How many of the first were taken.
        var taken: Int
        /// Why the others were not.
        var refusal: Refusal?
        /// Whether those taken have to be answered now: the disk does not answer, and their senders would wait in vain.
        var isLate = false
    }

    private struct State {
        var waiting = WaitingCallbacks()
        var bytes = 0
        var isIdle = false
        var isWoken = false
        var isClosing = false
        var isStalled = false
    }

    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)
    private let maxCallbacks: Int
    private let maxBytes: Int

    init(maxCallbacks: Int, maxBytes: Int) {
        self.maxCallbacks = maxCallbacks
        self.maxBytes = maxBytes
    }

    /// Queues callbacks in order, waking the journal's thread once for all of them.
    func add(_ entries: [RecordEntry]) -> Admission {
        let now = ContinuousClock.now
        let (admission, isIdle) = state.withLock { state -> (Admission, Bool) in
            guard !state.isClosing else { return (Admission(taken: 0, refusal: .closed), false) }
            var taken = 0
            for entry in entries {
                let size = entry.callback.body.count
                while state.waiting.count >= maxCallbacks || state.bytes + size > maxBytes {
                    // Whoever has an answer already makes room for those who wait for theirs.
                    guard let dropped = state.waiting.dropAnswered() else { break }
                    state.bytes -= dropped
                }
                guard state.waiting.count < maxCallbacks, state.bytes + size <= maxBytes else { break }
                state.bytes += size
                state.waiting.append(entry, at: now, isAnswered: state.isStalled)
                taken += 1
            }
            defer { if taken > 0 { state.isIdle = false } }
            let refusal: Refusal? = taken < entries.count ? .full : nil
            return (
                Admission(taken: taken, refusal: refusal, isLate: state.isStalled), state.isIdle && taken > 0
            )
        }
        if isIdle { work.signal() }
        return admission
    }

    /// Whether one more would be taken besides so many, if it is no large one.
    func hasRoom(besides count: Int) -> Bool {
        state.withLock { $0.isStalled || ($0.waiting.count + count < maxCallbacks && $0.bytes < maxBytes) }
    }

    /// Takes out of those that wait since before a time the right to answer them; they stay in the queue.
    func expire(before time: ContinuousClock.Instant) -> [RecordEntry] {
        state.withLock { $0.waiting.expire(before: time) }
    }

    /// Notes whether the disk answers; while it does not, callbacks are answered when they come.
    var isStalled: Bool {
        get { state.withLock { $0.isStalled } }
        set { state.withLock { $0.isStalled = newValue } }
    }

    /// Ends the current wait, or the next one, though nothing waits.
    func wake() {
        let isIdle = state.withLock { state in
            state.isWoken = true
            defer { state.isIdle = false }
            return state.isIdle
        }
        if isIdle { work.signal() }
    }

    /// Takes all that waits, waiting for the first.
    ///
    /// - Parameters:
    ///   - batch: Empty; gets what waits, and its storage is used again.
    ///   - limit: Afterwards the batch is left empty.
    /// - Returns: `false` when the queue is closed and empty.
    func takeAll(into batch: inout WaitingCallbacks, waitingAtMost limit: Duration) -> Bool {
        while true {
            let (isClosed, isWoken) = state.withLock { state in
                swap(&state.waiting, &batch)
                state.bytes = 0
                let isWoken = state.isWoken
                state.isWoken = false
                state.isIdle = batch.isEmpty && !state.isClosing && !isWoken
                return (state.isClosing, isWoken)
            }
            if !batch.isEmpty { return true }
            if isClosed { return false }
            if isWoken { return true }
            if work.wait(timeout: .now() + limit.inSeconds) == .timedOut {
                state.withLock { $0.isIdle = false }
                return true
            }
        }
    }

    /// Takes nothing new; what waits is still handed out.
    func close() {
        state.withLock { $0.isClosing = true }
        wake()
    }
}

extension Duration {
    var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
