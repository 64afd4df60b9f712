import Synchronization

/// The port through which callbacks become durable.
public protocol CallbackRecorder: Sendable {
    /// Queues one callback and returns at once; safe to call from any thread, never blocks on the disk.
    ///
    /// `completion` is called exactly once, on the ledger's writer thread or on the caller's, and must not block. It
    /// gets ``RecordOutcome/accepted(id:)`` or ``RecordOutcome/duplicate(id:)`` only after the callback and the job
    /// it causes are synced to disk.
    func record(_ callback: ReceivedCallback, completion: @escaping @Sendable (RecordOutcome) -> Void)

    /// Queues callbacks, in order, each with its own completion, as above.
    func record(_ entries: [RecordEntry])

    /// Queues callbacks, in order, and answers once for all of them, as above; the outcomes are in their order.
    func record(_ callbacks: [ReceivedCallback], completion: @escaping @Sendable ([RecordOutcome]) -> Void)

    /// Whether one more callback would be refused, as far as can be told before it is looked at.
    ///
    /// - Parameter count: Callbacks that are about to be queued before it.
    /// - Returns: After how long the sender may try again; `nil` when there is room.
    func shortage(besides count: Int) -> Duration?
}

/// A callback to be recorded, and who hears of it.
public struct RecordEntry: Sendable {
    /// The callback.
    public var callback: ReceivedCallback
    /// Called once; see ``CallbackRecorder/record(_:completion:)``.
    public var completion: @Sendable (RecordOutcome) -> Void

    /// Creates an entry.
    public init(_ callback: ReceivedCallback, completion: @escaping @Sendable (RecordOutcome) -> Void) {
        self.callback = callback
        self.completion = completion
    }
}

extension CallbackRecorder {
    /// Says that there is room.
    public func shortage(besides count: Int) -> Duration? { nil }

    /// Queues them one by one.
    public func record(_ entries: [RecordEntry]) {
        for entry in entries { record(entry.callback, completion: entry.completion) }
    }

    /// Queues them one by one.
    public func record(
        _ callbacks: [ReceivedCallback],
        completion: @escaping @Sendable ([RecordOutcome]) -> Void
    ) {
        guard !callbacks.isEmpty else { return completion([]) }
        let results = Results(count: callbacks.count, completion: completion)
        for (index, callback) in callbacks.enumerated() { record(callback) { results.note($0, at: index) } }
    }
}

/// Gathers the outcomes of several callbacks.
private final class Results: Sendable {
    private let state: Mutex<(outcomes: [RecordOutcome], missing: Int)>
    private let completion: @Sendable ([RecordOutcome]) -> Void

    init(count: Int, completion: @escaping @Sendable ([RecordOutcome]) -> Void) {
        state = Mutex((Array(repeating: .failed, count: count), count))
        self.completion = completion
    }

    func note(_ outcome: RecordOutcome, at index: Int) {
        let all: [RecordOutcome]? = state.withLock { state in
            state.outcomes[index] = outcome
            state.missing -= 1
            return state.missing == 0 ? state.outcomes : nil
        }
        if let all { completion(all) }
    }
}

/// What became of one callback.
public enum RecordOutcome: Sendable, Equatable {
    /// On disk, synced, with its work.
    case accepted(id: Int64)
    /// The same fact was on disk already, with its work, as this callback.
    case duplicate(id: Int64)
    /// Not taken: the queue is full. Nothing was stored; the sender may try again after this long.
    case overloaded(retryAfter: Duration)
    /// Not taken: the ledger cannot write, for example because the disk is full. Nothing was stored.
    case failed
    /// It has waited for too long: the disk does not answer. It may be stored later all the same.
    case timedOut
    /// Not taken: this one cannot be written, though others can. Nothing was stored.
    case unwritable
}
