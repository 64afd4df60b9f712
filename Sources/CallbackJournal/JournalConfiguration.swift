/// How a journal behaves.
public struct JournalConfiguration: Sendable, Equatable {
    /// The most callbacks that may wait to be written; beyond it a callback is answered
    /// ``JournalOutcome/overloaded(retryAfter:)``.
    public var maxQueuedCallbacks: Int
    /// The most bytes of bodies that may wait to be written.
    public var maxQueuedBytes: Int
    /// How long a refused sender is asked to wait.
    public var retryAfter: Duration
    /// The most acknowledged callbacks that the ledger may be behind; then acknowledging waits for it.
    public var maxUnsettled: Int
    /// The most bytes of bodies that the ledger may be behind.
    public var maxUnsettledBytes: Int
    /// The most callbacks that are handed to the ledger at a time: they share a transaction.
    public var maxHanded: Int
    /// The shortest time between two such batches, unless there is more than one of them waiting.
    ///
    /// The first after a pause is handed over at once; under load each page of the ledger is then written for many
    /// callbacks instead of a few.
    public var interval: Duration
    /// After how long a ledger that failed is tried again.
    public var retryInterval: Duration
    /// How long a callback may wait; then it is answered ``JournalOutcome/timedOut`` whatever the disk does.
    public var maxWait: Duration
    /// How long a callback is kept at least after the ledger has it.
    ///
    /// A ledger that is older than that cannot be filled up again. A callback goes with the file that it is in.
    public var keep: Duration
    /// The most bytes of files with callbacks that the ledger has; the oldest file goes first, however young.
    public var keepBytes: Int
    /// The size of a file; some are made before they are needed, so that a full disk still leaves room for callbacks.
    public var segmentBytes: Int

    /// Creates a configuration.
    public init(
        maxQueuedCallbacks: Int = 2_000,
        maxQueuedBytes: Int = 64 << 20,
        retryAfter: Duration = .seconds(1),
        maxUnsettled: Int = 6_144,
        maxUnsettledBytes: Int = 16 << 20,
        maxHanded: Int = 2048,
        interval: Duration = .milliseconds(100),
        retryInterval: Duration = .seconds(1),
        maxWait: Duration = .seconds(20),
        keep: Duration = .seconds(7 * 86_400),
        keepBytes: Int = 1 << 30,
        segmentBytes: Int = 2 << 20
    ) {
        self.maxQueuedCallbacks = max(1, maxQueuedCallbacks)
        self.maxQueuedBytes = max(1, maxQueuedBytes)
        self.retryAfter = retryAfter
        self.maxUnsettled = max(1, maxUnsettled)
        self.maxUnsettledBytes = max(1, maxUnsettledBytes)
        self.maxHanded = max(1, maxHanded)
        self.interval = interval
        self.retryInterval = retryInterval
        self.maxWait = maxWait
        self.keep = max(.zero, keep)
        self.keepBytes = max(0, keepBytes)
        self.segmentBytes = max(4096, segmentBytes)
    }
}
