/// The port through which callbacks become durable.
public protocol CallbackRecorder: Sendable {
    /// Queues one callback and returns at once; safe to call from any thread, never blocks on the disk.
    ///
    /// `completion` is called exactly once, on the ledger's writer thread or on the caller's, and must not block. It
    /// gets ``RecordOutcome/accepted(id:)`` or ``RecordOutcome/duplicate(id:)`` only after the callback and the job
    /// it causes are synced to disk.
    func record(_ callback: ReceivedCallback, completion: @escaping @Sendable (RecordOutcome) -> Void)
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
}
