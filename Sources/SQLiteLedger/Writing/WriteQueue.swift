import BaseKit
import Dispatch
import RicevutaCore
import Synchronization

/// One thing for the writer to do.
enum WriteOperation: Sendable {
    /// Record a callback.
    case record(ReceivedCallback, completion: @Sendable (RecordOutcome) -> Void)
    /// Record callbacks that somebody else has acknowledged; admitted however full the queue is.
    case recordAll([ReceivedCallback], completion: @Sendable ([RecordOutcome]) -> Void)
    /// Change something else; admitted however full the queue is.
    case change(LedgerChange)

    /// Whether it records callbacks.
    var isCallbacks: Bool {
        switch self {
        case .record, .recordAll: true
        case .change: false
        }
    }

    /// A rough measure of what writing it costs in the log, in pages.
    var estimatedPages: Int {
        switch self {
        case .record(let callback, _): 2 + callback.body.count / 4096
        case .recordAll(let callbacks, _):
            callbacks.reduce(2) { $0 + 1 + $1.body.count / 4096 }
        case .change: 6
        }
    }
}

/// A change with its answer.
struct LedgerChange: Sendable {
    /// What is being done, for error messages.
    let doing: String
    /// Makes the change, and gives what to call once it is synced.
    let perform: @Sendable (LedgerTransaction) throws -> @Sendable () -> Void
    /// Answers that it was not made.
    let fail: @Sendable (LedgerError) -> Void
}

/// What waits for the writer: bounded for callbacks, open for the outcomes of work that was begun.
final class WriteQueue: Sendable {
    private struct State {
        var operations: [WriteOperation] = []
        var callbacks = 0
        var bytes = 0
        var isWriterIdle = false
        var isClosing = false
    }

    enum Refusal: Error { case full, closed }

    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)
    private let maxCallbacks: Int
    private let maxBytes: Int

    init(maxCallbacks: Int, maxBytes: Int) {
        self.maxCallbacks = maxCallbacks
        self.maxBytes = maxBytes
    }

    /// Queues an operation.
    func add(_ operation: WriteOperation) throws(Refusal) {
        let result: Result<Bool, Refusal> = state.withLock { state in
            guard !state.isClosing else { return .failure(.closed) }
            if case .record(let callback, _) = operation {
                guard state.callbacks < maxCallbacks, state.bytes + callback.body.count <= maxBytes else {
                    return .failure(.full)
                }
                state.callbacks += 1
                state.bytes += callback.body.count
            }
            state.operations.append(operation)
            defer { state.isWriterIdle = false }
            return .success(state.isWriterIdle)
        }
        if try result.get() { work.signal() }
    }

    /// Takes all that waits, waiting for the first; `nil` when the queue is closed and empty.
    ///
    /// - Parameters:
    ///   - spent: The emptied batch before, whose storage is used again.
    ///   - limit: How long to wait at most.
    /// - Returns: The batch; empty when nothing came in time.
    func takeAll(reusing spent: consuming [WriteOperation], waitingAtMost limit: Duration) -> [WriteOperation]? {
        var batch = spent
        let end = DispatchTime.now() + .milliseconds(Int(clamping: limit.wholeMilliseconds))
        var isOver = false
        while true {
            let isClosed: Bool = state.withLock { state in
                swap(&state.operations, &batch)
                state.callbacks = 0
                state.bytes = 0
                state.isWriterIdle = batch.isEmpty && !state.isClosing
                return state.isClosing
            }
            if !batch.isEmpty { return batch }
            if isClosed { return nil }
            if isOver { return batch }
            isOver = work.wait(timeout: end) == .timedOut
        }
    }

    /// Takes nothing new; what waits is still handed out.
    func close() {
        let isIdle = state.withLock { state in
            state.isClosing = true
            defer { state.isWriterIdle = false }
            return state.isWriterIdle
        }
        if isIdle { work.signal() }
    }
}
