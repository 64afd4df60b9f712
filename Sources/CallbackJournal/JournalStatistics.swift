/// What a journal has done since it was opened.
public struct JournalStatistics: Sendable, Equatable {
    /// Writes that were synced.
    public var syncs = 0
    /// Callbacks in them.
    public var callbacks = 0
    /// Callbacks answered as overloaded.
    public var overloads = 0
    /// Callbacks answered as timed out; most of them are journaled all the same when the disk answers again.
    public var timedOut = 0
    /// Whether the disk has not answered for as long as a callback may wait: they are answered as timed out when they
    /// come.
    public var isStalled = false
    /// Writes that failed, for example because the disk was full.
    public var failedWrites = 0
    /// Bytes of the files that hold callbacks, those kept for a while among them.
    public var bytes = 0
    /// Whether the last write failed.
    public var isFailing = false
    /// Callbacks that the ledger does not have yet.
    public var unsettled = 0
    /// Whether the ledger took nothing when it was tried last.
    public var isLedgerFailing = false
    /// Callbacks that the ledger found to say what it knew already.
    public var duplicates = 0
    /// Callbacks that the ledger did not have when the journal was opened.
    public var recovered = 0
    /// What was found damaged when the journal was opened; see ``Journal/damage``.
    public var damaged = 0
    /// Callbacks that the ledger cannot write while it writes others; each is in a file of its own, and tried again at
    /// the next start.
    public var quarantined = 0

    /// Creates statistics of a journal that has done nothing.
    public init() {}
}
