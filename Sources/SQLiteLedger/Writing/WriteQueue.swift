import BaseKit
import Dispatch
import RicevutaCore
import Synchronization

/// One thing for the writer to do.
enum WriteOperation: Sendable {
    /// Apply callbacks of the journal.
    case apply(CallbackBatch)
    /// Change something else.
    case change(LedgerChange)

    /// Whether it applies callbacks.
    var isCallbacks: Bool {
        switch self {
        case .apply: true
        case .change: false
        }
    }

    /// A rough measure of what writing it costs in the log, in pages.
    var estimatedPages: Int {
        switch self {
        case .apply(let batch): batch.callbacks.reduce(2) { $0 + 1 + $1.body.count / 4096 }
        case .change: 6
        }
    }
}

/// Callbacks that share a transaction; see ``CallbackApplying/apply(_:upTo:completion:)``.
struct CallbackBatch: Sendable {
    let callbacks: [ReceivedCallback]
    let position: Int64?
    let completion: @Sendable ([ApplyOutcome]) -> Void

    /// Answers that none was recorded.
    func fail() { completion(Array(repeating: .failed, count: callbacks.count)) }
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

/// What waits for the writer.
///
/// It is not bounded: the journal has one batch in flight, and each worker one outcome.
final class WriteQueue: Sendable {
    private struct State {
        var operations: [WriteOperation] = []
        var isWriterIdle = false
        var isClosing = false
    }

    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)

    /// Queues an operation.
    ///
    /// - Returns: `false` when the queue is closed: then nothing becomes of it.
    func add(_ operation: WriteOperation) -> Bool {
        let (isTaken, isIdle) = state.withLock { state in
            guard !state.isClosing else { return (false, false) }
            state.operations.append(operation)
            defer { state.isWriterIdle = false }
            return (true, state.isWriterIdle)
        }
        if isIdle { work.signal() }
        return isTaken
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
