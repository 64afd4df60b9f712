/// The port through which the journal's callbacks reach the ledger, which is the system of record.
///
/// Its promise: *a callback is recorded with the work that it causes, once*, however often it is handed over.
public protocol CallbackApplying: Sendable {
    /// Applies callbacks in one transaction, in order, and returns at once; safe to call from any thread.
    ///
    /// Whoever calls keeps them until it has the outcomes, and hands over again what was not recorded. They are the
    /// callbacks of the receiver that the ledger was opened for, and recognized by their numbers (``CallbackID``): one
    /// that was recorded before a crash is not recorded again, and the same number of another receiver is another
    /// callback.
    ///
    /// - Parameters:
    ///   - callbacks: With the numbers that the journal gave them.
    ///   - position: The ledger has been handed everything up to this number once the transaction is committed, which
    ///     it notes in the same transaction; `nil` for callbacks that come out of order.
    ///   - completion: Called exactly once, after the commit is synced, on any thread; must not block. Gets an outcome
    ///     for each callback, in their order.
    func apply(
        _ callbacks: [ReceivedCallback],
        upTo position: Int64?,
        completion: @escaping @Sendable ([ApplyOutcome]) -> Void
    )
}

/// What became of one callback in the ledger.
public enum ApplyOutcome: Sendable, Equatable {
    /// Recorded as this entry, with its work; or it was already, before it was handed over again.
    case recorded(id: Int64)
    /// The ledger has the same fact, as this entry, and its work; the repetition is counted there.
    case duplicate(id: Int64)
    /// Not recorded: the transaction failed, for example because the disk is full. None of the batch is recorded.
    case failed
    /// Not recorded: this one cannot be written, though others can.
    case unwritable
}
