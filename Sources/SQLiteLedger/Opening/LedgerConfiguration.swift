public import RicevutaCore

/// How the SQLite ledger behaves.
public struct LedgerConfiguration: Sendable, Equatable {
    /// How it treats orders and jobs.
    public var rules: LedgerRules
    /// After how long without a heartbeat the leases of another receiver are free.
    public var heartbeatTimeout: Duration
    /// The size of the file that is given up when the disk is full, so that outcomes can still be written; 0 for none.
    public var reserveBytes: Int
    /// How many pages the write-ahead log may have before it is copied into the database, off the acknowledging path: a
    /// page that many commits changed is copied once.
    public var checkpointPages: Int
    /// After how long those who wait for work look again: how late they learn of a change that another process made.
    public var longestWait: Duration
    /// How long a command waits for another writer.
    public var busyTimeout: Duration
    /// The largest size of the database in pages of 4096 bytes; `nil` for SQLite's own.
    public var maxPages: Int?

    /// Creates a configuration.
    public init(
        rules: LedgerRules = LedgerRules(),
        heartbeatTimeout: Duration = .seconds(90),
        reserveBytes: Int = 4 << 20,
        checkpointPages: Int = 8192,
        longestWait: Duration = .seconds(1),
        busyTimeout: Duration = .seconds(5),
        maxPages: Int? = nil
    ) {
        self.rules = rules
        self.heartbeatTimeout = max(.seconds(1), heartbeatTimeout)
        self.reserveBytes = max(0, reserveBytes)
        self.checkpointPages = max(100, checkpointPages)
        self.longestWait = longestWait
        self.busyTimeout = busyTimeout
        self.maxPages = maxPages
    }
}
