/// What a ledger's writer has done since it was opened.
public struct LedgerStatistics: Sendable, Equatable {
    /// Transactions committed and synced.
    public var commits = 0
    /// Operations in them: callbacks and everything else.
    public var operations = 0
    /// Operations that failed alone, leaving the others of their batch untouched.
    public var poisoned = 0
    /// Rows that could not be read: passed over, or their job quarantined.
    public var unreadableRows = 0
    /// Rows left out of a list because they could not be read; each time that the list is asked for.
    public var unlistedRows = 0
    /// Transactions that failed, for example because the disk was full.
    public var failedCommits = 0
    /// Whether the last transaction failed.
    public var isFailing = false
    /// Why the ledger could not record callbacks when it was last asked to, or `nil` when it could.
    ///
    /// Unlike ``isFailing``, no other write that succeeds clears it.
    public var refusal: String?
    /// Times the write-ahead log was copied into the database.
    public var checkpoints = 0

    /// Creates statistics of a ledger that has done nothing.
    public init() {}
}
