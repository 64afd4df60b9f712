public import BaseKit
public import RicevutaCore

/// How the services go about their work.
public struct FlowSettings: Sendable {
    /// How much is kept of callbacks' bodies.
    public var intake: IntakeLimits
    /// When orders are read back without a callback, and how often at most.
    public var reconciliation: ReconciliationSchedule
    /// The time between two orders that are read back because nothing ran for a while: it leaves the provider's rate
    /// room for callbacks.
    public var catchUpSpacing: Duration
    /// By when documents are promised.
    public var promises: PromisedTimes
    /// What happens after each delivery attempt.
    public var delivery: DeliveryRetryPolicy
    /// Read-backs under way at once.
    public var verifiers: Int
    /// Documents under way at once.
    public var fetchers: Int
    /// The longest that one call to the provider may take, its retries included; leases are longer than any work.
    public var callTimeLimit: Duration
    /// The longest that one document may take.
    public var documentTimeLimit: Duration
    /// How much longer than its own time limit a sink may take before its attempt is cancelled.
    public var sinkGrace: Duration
    /// Answers "not found" and broken documents before a document is given up; outages and "not yet available" do not
    /// count.
    public var maxFetchRefusals: Int
    /// Answers that the provider does not know an order before it is left alone; outages do not count.
    public var maxUnknownReads: Int
    /// How long ago the first such answer has to be before an order is left alone, however many there were.
    public var unknownOrderPatience: Duration
    /// The same for a document.
    public var documentPatience: Duration
    /// How long an order's token is good for a read-back.
    public var tokens: TokenLifetime
    /// How long a document may be available without having been fetched before that is an alarm.
    public var documentOverdueAfter: Duration

    /// Creates settings.
    public init(
        intake: IntakeLimits = IntakeLimits(),
        reconciliation: ReconciliationSchedule = ReconciliationSchedule(),
        catchUpSpacing: Duration = .milliseconds(200),
        promises: PromisedTimes = .documented,
        delivery: DeliveryRetryPolicy = DeliveryRetryPolicy(),
        verifiers: Int = 16,
        fetchers: Int = 8,
        callTimeLimit: Duration = .seconds(120),
        documentTimeLimit: Duration = .seconds(1800),
        sinkGrace: Duration = .seconds(15),
        maxFetchRefusals: Int = 20,
        maxUnknownReads: Int = 20,
        unknownOrderPatience: Duration = .seconds(86_400),
        documentPatience: Duration = .seconds(3 * 86_400),
        tokens: TokenLifetime = TokenLifetime(),
        documentOverdueAfter: Duration = LedgerSummary.documentPatience
    ) {
        self.intake = intake
        self.reconciliation = reconciliation
        self.catchUpSpacing = catchUpSpacing
        self.promises = promises
        self.delivery = delivery
        self.verifiers = verifiers
        self.fetchers = fetchers
        self.callTimeLimit = callTimeLimit
        self.documentTimeLimit = documentTimeLimit
        self.sinkGrace = sinkGrace
        self.maxFetchRefusals = maxFetchRefusals
        self.maxUnknownReads = maxUnknownReads
        self.unknownOrderPatience = unknownOrderPatience
        self.documentPatience = documentPatience
        self.tokens = tokens
        self.documentOverdueAfter = documentOverdueAfter
    }

    // A lease outlives the longest work that is done under it, so that nothing is taken from a living owner; after a
    // crash it is free at once all the same, since it carries its holder. A long one costs nothing.
    var verifyLease: Duration { callTimeLimit * (OrderVerification.maxReads + 2) + .seconds(60) }
    var fetchLease: Duration { documentTimeLimit * 2 + .seconds(60) }
}

/// How much is kept of callbacks' bodies.
public struct IntakeLimits: Sendable, Equatable {
    /// The most bytes of a body that is read whole, compressed or not.
    public var maxBodyBytes: Int
    /// The most bytes of bodies that are kept of one order in an hour; see ``BodyAllowance``.
    public var bodyBytesPerOrder: Int

    /// Creates limits.
    public init(maxBodyBytes: Int = 8 << 20, bodyBytesPerOrder: Int = 32 << 20) {
        self.maxBodyBytes = maxBodyBytes
        self.bodyBytesPerOrder = bodyBytesPerOrder
    }
}

/// The clock and the random source, handed in so that everything else stays deterministic.
public struct FlowEnvironment: Sendable {
    /// The current time.
    public var now: @Sendable () -> Timestamp
    /// A number in 0...1 for each delay.
    public var random: @Sendable () -> Double

    /// Creates an environment.
    public init(
        now: @escaping @Sendable () -> Timestamp,
        random: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }
    ) {
        self.now = now
        self.random = random
    }

    /// The delay before the attempt after `attempt`: doubles from 2 s up to `longest`, then jitter, and never shorter
    /// than the other side asked for (up to a day).
    func backoff(after attempt: Int, atLeast asked: Duration? = nil, upTo longest: Duration = .seconds(600)) -> Duration
    {
        let own = Backoff(first: .seconds(2), longest: longest, jitter: .half)
            .delay(afterAttempt: attempt, random: random())
        return max(own, min(asked ?? .zero, .seconds(86_400)))
    }
}
