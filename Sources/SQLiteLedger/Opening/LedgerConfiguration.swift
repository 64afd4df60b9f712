import RicevutaCore

/// How a ledger behaves.
public struct LedgerConfiguration: Sendable, Equatable {
    /// The most callbacks that may wait to be written; beyond it a callback is answered
    /// ``RecordOutcome/overloaded(retryAfter:)``.
    public var maxQueuedCallbacks: Int
    /// The most bytes of bodies that may wait to be written.
    public var maxQueuedBytes: Int
    /// How long a refused sender is asked to wait.
    public var retryAfter: Duration
    /// The shortest time between two read-backs of one order, however many callbacks arrive.
    public var minReadBackInterval: Duration
    /// The most read-backs of one order in an hour that callbacks may cause; polls come besides.
    public var maxReadBacksPerHour: Int
    /// How long after an order became final its callbacks are still recorded with their bodies.
    public var tokenLifetimeAfterFinal: Duration
    /// How many times a job may be in flight when the program dies before it is set aside for a while.
    public var maxCrashes: Int
    /// For how long such a job is set aside.
    public var crashPause: Duration
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
        maxQueuedCallbacks: Int = 10_000,
        maxQueuedBytes: Int = 64 << 20,
        retryAfter: Duration = .seconds(1),
        minReadBackInterval: Duration = .seconds(10),
        maxReadBacksPerHour: Int = 60,
        tokenLifetimeAfterFinal: Duration = .seconds(14 * 86_400),
        maxCrashes: Int = 3,
        crashPause: Duration = .seconds(60),
        reserveBytes: Int = 4 << 20,
        checkpointPages: Int = 8192,
        longestWait: Duration = .seconds(1),
        busyTimeout: Duration = .seconds(5),
        maxPages: Int? = nil
    ) {
        self.maxQueuedCallbacks = max(1, maxQueuedCallbacks)
        self.maxQueuedBytes = max(1, maxQueuedBytes)
        self.retryAfter = retryAfter
        self.minReadBackInterval = minReadBackInterval
        self.maxReadBacksPerHour = max(1, maxReadBacksPerHour)
        self.tokenLifetimeAfterFinal = tokenLifetimeAfterFinal
        self.maxCrashes = max(1, maxCrashes)
        self.crashPause = crashPause
        self.reserveBytes = max(0, reserveBytes)
        self.checkpointPages = max(100, checkpointPages)
        self.longestWait = longestWait
        self.busyTimeout = busyTimeout
        self.maxPages = maxPages
    }
}
