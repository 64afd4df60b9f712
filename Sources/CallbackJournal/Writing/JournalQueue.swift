import Callbacks
import Dispatch
import Foundation
import Synchronization

/// What waits to be journaled, bounded.
final class JournalQueue: Sendable {
    /// Why a callback is not taken.
    enum Refusal { case full, closed }

    private struct State {
        var entries: [RecordEntry] = []
        var bytes = 0
        var isIdle = false
        var isWoken = false
        var isClosing = false
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
    ///
    /// - Returns: How many were taken, and why the others were not.
    func add(_ entries: [RecordEntry]) -> (taken: Int, refusal: Refusal?) {
        let (taken, refusal, isIdle) = state.withLock { state -> (Int, Refusal?, Bool) in
            guard !state.isClosing else { return (0, .closed, false) }
            var taken = 0
            for entry in entries {
                let size = entry.callback.body.count
                guard state.entries.count < maxCallbacks, state.bytes + size <= maxBytes else { break }
                state.bytes += size
                state.entries.append(entry)
                taken += 1
            }
            defer { if taken > 0 { state.isIdle = false } }
            return (taken, taken < entries.count ? .full : nil, state.isIdle && taken > 0)
        }
        if isIdle { work.signal() }
        return (taken, refusal)
    }

    /// Whether one more would be taken besides so many, if it is no large one.
    func hasRoom(besides count: Int) -> Bool {
        state.withLock { $0.entries.count + count < maxCallbacks && $0.bytes < maxBytes }
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
    func takeAll(into batch: inout [RecordEntry], waitingAtMost limit: Duration?) -> Bool {
        while true {
            let (isClosed, isWoken) = state.withLock { state in
                swap(&state.entries, &batch)
                state.bytes = 0
                let isWoken = state.isWoken
                state.isWoken = false
                state.isIdle = batch.isEmpty && !state.isClosing && !isWoken
                return (state.isClosing, isWoken)
            }
            if !batch.isEmpty { return true }
            if isClosed { return false }
            if isWoken { return true }
            guard let limit else {
                work.wait()
                continue
            }
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
    fileprivate var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
