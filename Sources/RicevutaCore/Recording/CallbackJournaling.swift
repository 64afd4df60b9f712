/// The port through which intake makes callbacks durable: the journal, which is the write-ahead log of the ledger.
///
/// Its promise is what an answer of 200 means: *the callback is in the journal, and the sync has returned.* Whether its
/// fact is new, which order it is about and what follows is decided later, by the ledger (``CallbackApplying``).
public protocol CallbackJournaling: Sendable {
    /// Queues callbacks, in order, and returns at once; safe to call from any thread, never blocks on the disk.
    ///
    /// Each entry's completion is called exactly once, on the journal's thread or on the caller's.
    func record(_ entries: [RecordEntry])

    /// Whether one more callback would be refused, as far as can be told before it is looked at.
    ///
    /// - Parameter count: Callbacks that are about to be queued before it.
    /// - Returns: After how long the sender may try again; `nil` when there is room.
    func shortage(besides count: Int) -> Duration?
}

/// A callback to be journaled, and who hears of it.
public struct RecordEntry: Sendable {
    /// The callback.
    public var callback: ReceivedCallback
    /// Called exactly once; must not block.
    public var completion: @Sendable (JournalOutcome) -> Void

    /// Creates an entry.
    public init(_ callback: ReceivedCallback, completion: @escaping @Sendable (JournalOutcome) -> Void) {
        self.callback = callback
        self.completion = completion
    }
}

/// What became of one callback in the journal.
public enum JournalOutcome: Sendable, Equatable {
    /// In the journal under this number, synced.
    case accepted(number: Int64)
    /// In the journal, synced, like any other; the journal remembers that the one of this number said the same.
    ///
    /// A hint for the sender and the metrics, from a memory of tens of thousands of facts that a restart empties. The
    /// ledger decides on its own what is a duplicate (``ApplyOutcome/duplicate(id:)``).
    case duplicate(of: Int64)
    /// Not taken: the queue is full. Nothing was stored; the sender may try again after this long.
    case overloaded(retryAfter: Duration)
    /// Not taken: the journal cannot write, for example because the disk is full. Nothing was stored.
    case failed
    /// It has waited for too long: the disk does not answer. It may be stored later all the same.
    case timedOut
}
