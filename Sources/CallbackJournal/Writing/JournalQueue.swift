import Callbacks
import Dispatch
import Foundation
import Synchronization

/// What waits to be journaled, bounded.
final class JournalQueue: Sendable {
    /// A callback, and whom to answer.
    struct Entry: Sendable {
        var callback: ReceivedCallback
        var completion: @Sendable (RecordOutcome) -> Void
    }

    enum Refusal: Error { case full, closed }

    private struct State {
        var entries: [Entry] = []
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

    /// Queues a callback.
    func add(_ entry: Entry) throws(Refusal) {
        let result: Result<Bool, Refusal> = state.withLock { state in
            guard !state.isClosing else { return .failure(.closed) }
            guard state.entries.count < maxCallbacks, state.bytes + entry.callback.body.count <= maxBytes else {
                return .failure(.full)
            }
            state.bytes += entry.callback.body.count
            state.entries.append(entry)
            defer { state.isIdle = false }
            return .success(state.isIdle)
        }
        if try result.get() { work.signal() }
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
    func takeAll(into batch: inout [Entry], waitingAtMost limit: Duration?) -> Bool {
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
