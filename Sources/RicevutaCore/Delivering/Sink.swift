/// A configured destination, from its first use to its last.
///
/// ``prepare()`` is called once, when the program starts; ``check()`` only by commands, on a sink that delivers
/// nothing; ``close()`` once, when no attempt is under way any more.
public protocol Sink: Sendable {
    /// The configured name.
    var name: SinkName { get }

    /// How long one attempt may take, and how many run at once.
    var limits: SinkLimits { get }

    /// Makes ready what deliveries rely on: creates folders, removes what an earlier process left, opens clients.
    ///
    /// Deliveries do not wait for it, and are made also when it failed: a destination that is away at the start may be
    /// back a minute later. So ``deliver(_:)`` makes for itself whatever is still missing.
    ///
    /// - Returns: What of the usual is not to be had there, each in a sentence for an operator.
    /// - Throws: ``SinkFailure`` when deliveries would fail now.
    func prepare() async throws(SinkFailure) -> [String]

    /// Finds out whether deliveries would work, without making one and without leaving anything behind.
    ///
    /// - Returns: What of the usual is not to be had there, each in a sentence for an operator.
    /// - Throws: ``SinkFailure`` when deliveries would fail now.
    func check() async throws(SinkFailure) -> [String]

    /// Makes one attempt. Doesn't throw: a failed attempt is an outcome.
    ///
    /// May be repeated with the same notification after a crash, so it has to be idempotent or carry the stable id.
    /// Ends within the time limit of ``limits``, and soon after its task is cancelled, which happens a little later.
    func deliver(_ delivery: DeliveryAttempt) async -> DeliveryResult

    /// Closes connections and files; what is delivered after it fails.
    func close() async
}

/// What bounds the work of one sink, whatever its type.
public struct SinkLimits: Sendable, Equatable {
    /// The longest that one attempt may take.
    public var timeLimit: Duration
    /// The most attempts at the same time, at least 1.
    public var concurrency: Int

    /// Creates limits.
    public init(timeLimit: Duration = .seconds(30), concurrency: Int = 4) {
        self.timeLimit = timeLimit
        self.concurrency = max(1, concurrency)
    }
}

/// Why deliveries to a sink would fail.
public enum SinkFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The destination cannot be reached now; it may be later, without anybody's doing.
    case unreachable(reason: String)
    /// The destination is there and of no use; somebody has to mend it, or the configuration.
    case unusable(reason: String)

    /// One line for an operator, with what to do next.
    public var description: String {
        switch self {
        case .unreachable(let reason), .unusable(let reason): reason
        }
    }
}

/// One attempt to deliver a notification to a sink.
public struct DeliveryAttempt: Sendable {
    /// What is delivered.
    public var notification: Notification
    /// The delivery's own id: a replay is a new delivery of the same notification.
    public var deliveryID: String
    /// Which attempt this is, from 1.
    public var attempt: Int
    /// The trace that it belongs to, as whoever caused it said; a sink that speaks to others passes on a child of it.
    public var trace: TraceParent?

    private let documents: any DocumentOpening

    /// Creates an attempt.
    ///
    /// - Parameters:
    ///   - notification: What is delivered.
    ///   - deliveryID: The delivery's own id.
    ///   - attempt: Which attempt this is, from 1.
    ///   - trace: The trace that it belongs to.
    ///   - documents: Where the notification's document is read from.
    public init(
        notification: Notification,
        deliveryID: String,
        attempt: Int,
        trace: TraceParent? = nil,
        documents: any DocumentOpening
    ) {
        self.notification = notification
        self.deliveryID = deliveryID
        self.attempt = attempt
        self.trace = trace
        self.documents = documents
    }

    /// Opens the notification's document.
    ///
    /// - Returns: What reads it; `nil` when the notification has none.
    /// - Throws: ``DocumentReadError``.
    public func openDocument() async throws(DocumentReadError) -> (any DocumentReader)? {
        guard let document = notification.document else { return nil }
        return try await documents.open(document)
    }
}

/// How one attempt ended.
public enum DeliveryOutcome: Sendable, Equatable {
    /// The sink took it.
    case accepted
    /// May pass; the sink may have said how long to wait.
    case transient(reason: String, retryAfter: Duration? = nil)
    /// The notification's document could not be read from the archive; the sink was not asked, or may be asked again.
    case unreadable(reason: String)
    /// The sink will never take this notification.
    case permanent(reason: String)
    /// The sink wants nothing any more (HTTP 410): it is disabled until an operator enables it, and this notification
    /// waits for that like the others.
    case gone(reason: String)
}
