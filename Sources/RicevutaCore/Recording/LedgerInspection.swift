public import BaseKit
public import Visengine

/// What operators read from the ledger, and the little that they change.
///
/// Lists leave out what cannot be read, so that one damaged entry hides no other.
public protocol LedgerInspection: Sendable {
    /// Orders, newest first.
    func orders(_ query: OrderQuery) async throws(LedgerError) -> [OrderRecord]

    /// One order by the provider's id, its nonce, or the ledger's number.
    func order(named name: String) async throws(LedgerError) -> OrderRecord?

    /// The newest of an order's callbacks, oldest first.
    func callbacks(ofOrder key: Int64, limit: Int) async throws(LedgerError) -> [CallbackEntry]

    /// Documents, newest first; of one order when `orderKey` is given.
    func documents(ofOrder key: Int64?, limit: Int) async throws(LedgerError) -> [DocumentEntry]

    /// Deliveries, newest first.
    func deliveries(_ query: DeliveryQuery) async throws(LedgerError) -> [DeliveryEntry]

    /// Makes a new delivery of the same notification to the same sink, due now.
    ///
    /// - Returns: The new delivery's id.
    /// - Throws: ``LedgerError/notFound(what:name:)``.
    func replay(delivery id: String, now: Timestamp) async throws(LedgerError) -> String

    /// Has an order's document fetched that was given up, or one that is still due, now.
    ///
    /// - Parameters:
    ///   - name: As in ``order(named:)``.
    ///   - maxBytes: The most bytes that this document may have, instead of the configured limit; `nil` changes
    ///     nothing.
    ///   - now: The current time.
    /// - Returns: The order.
    /// - Throws: ``LedgerError/notFound(what:name:)``; ``LedgerError/conflict(_:)`` when its document is in the
    ///   archive, or when there is none at the provider yet.
    func fetchAgain(_ name: String, maxBytes: Int64?, now: Timestamp) async throws(LedgerError) -> OrderRecord

    /// The sinks that are disabled, with the reason.
    func disabledSinks() async throws(LedgerError) -> [SinkName: String]

    /// Enables a sink again.
    ///
    /// - Returns: Whether it was disabled.
    func enable(_ sink: SinkName) async throws(LedgerError) -> Bool

    /// Counts of everything, for `status`, metrics and readiness.
    func summary(now: Timestamp) async throws(LedgerError) -> LedgerSummary
}

/// Which orders to list.
public struct OrderQuery: Sendable, Equatable {
    /// Only orders in this state.
    public var state: OrderState?
    /// Only orders that are not finished.
    public var isOpen: Bool
    /// At most so many.
    public var limit: Int

    /// Creates a query.
    public init(state: OrderState? = nil, isOpen: Bool = false, limit: Int = 100) {
        self.state = state
        self.isOpen = isOpen
        self.limit = limit
    }
}

/// Which deliveries to list.
public struct DeliveryQuery: Sendable, Equatable {
    /// Only deliveries in these states; empty means all.
    public var states: Set<DeliveryState>
    /// Only deliveries to this sink.
    public var sink: SinkName?
    /// Only deliveries of this order.
    public var orderKey: Int64?
    /// At most so many.
    public var limit: Int

    /// Creates a query.
    public init(states: Set<DeliveryState> = [], sink: SinkName? = nil, orderKey: Int64? = nil, limit: Int = 100) {
        self.states = states
        self.sink = sink
        self.orderKey = orderKey
        self.limit = limit
    }
}

/// Where a delivery stands.
public enum DeliveryState: String, Sendable, Codable, CaseIterable {
    /// Waiting for its first or next attempt.
    case pending
    /// The sink took it.
    case delivered
    /// A dead letter: out of attempts or refused for good.
    case dead
}

/// One recorded callback, without its body.
public struct CallbackEntry: Sendable, Equatable {
    /// The ledger's number.
    public var id: Int64
    /// When it arrived first.
    public var receivedAt: Timestamp
    /// The peer's address.
    public var peer: String
    /// What it claims.
    public var claim: CallbackClaim
    /// What verification made of it.
    public var verdict: CallbackVerdict
    /// What is wrong with its body, in a fixed word; `nil` when nothing is.
    public var problem: String?
    /// How often the same fact arrived again.
    public var repeats: Int
    /// The number of bytes of the body.
    public var bodySize: Int

    /// Creates an entry.
    public init(
        id: Int64,
        receivedAt: Timestamp,
        peer: String,
        claim: CallbackClaim,
        verdict: CallbackVerdict,
        problem: String? = nil,
        repeats: Int,
        bodySize: Int
    ) {
        self.id = id
        self.receivedAt = receivedAt
        self.peer = peer
        self.claim = claim
        self.verdict = verdict
        self.problem = problem
        self.repeats = repeats
        self.bodySize = bodySize
    }
}

/// What verification made of a callback.
public enum CallbackVerdict: String, Sendable, Codable, CaseIterable {
    /// Not looked at yet, or its order is not known to the API yet.
    case waiting
    /// The API shows the claimed state, or a later one.
    case confirmed
    /// The API does not show what it claims; nothing was changed.
    case unconfirmed
    /// It names another order than its token's.
    case mismatched
    /// It was being handled when the program died, three times; skipped.
    case skipped
    /// Its order had been final for so long that its token was over: recorded without its body, and not looked into.
    case ended
}

/// One document of one order.
public struct DocumentEntry: Sendable, Equatable {
    /// The order's number in the ledger.
    public var orderKey: Int64
    /// The provider's id of the order.
    public var orderID: OrderID?
    /// The document; `nil` for one in quarantine.
    public var document: StoredDocument?
    /// The quarantined content and its reason.
    public var quarantined: QuarantinedDocument?
    /// When it was recorded.
    public var recordedAt: Timestamp

    /// Creates an entry.
    public init(
        orderKey: Int64,
        orderID: OrderID?,
        document: StoredDocument?,
        quarantined: QuarantinedDocument? = nil,
        recordedAt: Timestamp
    ) {
        self.orderKey = orderKey
        self.orderID = orderID
        self.document = document
        self.quarantined = quarantined
        self.recordedAt = recordedAt
    }
}

/// One delivery.
public struct DeliveryEntry: Sendable, Equatable {
    /// The delivery's own id.
    public var id: String
    /// What it tells.
    public var notification: Notification
    /// Where it goes.
    public var sink: SinkName
    /// Where it stands.
    public var state: DeliveryState
    /// Attempts made.
    public var attempts: Int
    /// When it is tried next; `nil` when it is not.
    public var nextAttempt: Timestamp?
    /// Why the last attempt failed.
    public var lastError: String?
    /// The delivery that this one repeats.
    public var replayOf: String?
    /// When it was written.
    public var createdAt: Timestamp

    /// Creates an entry.
    public init(
        id: String,
        notification: Notification,
        sink: SinkName,
        state: DeliveryState,
        attempts: Int,
        nextAttempt: Timestamp?,
        lastError: String?,
        replayOf: String?,
        createdAt: Timestamp
    ) {
        self.id = id
        self.notification = notification
        self.sink = sink
        self.state = state
        self.attempts = attempts
        self.nextAttempt = nextAttempt
        self.lastError = lastError
        self.replayOf = replayOf
        self.createdAt = createdAt
    }
}

/// Counts of everything.
public struct LedgerSummary: Sendable, Equatable, Codable {
    /// Callbacks recorded, duplicates not counted.
    public var callbacks: Int
    /// Callbacks by verdict.
    public var callbacksByVerdict: [String: Int]
    /// Orders by the name of their state; `unread` before the first read-back.
    public var ordersByState: [String: Int]
    /// Documents in the archive, counted for each order.
    public var documents: Int
    /// Contents in quarantine.
    public var quarantined: Int
    /// Deliveries by state.
    public var deliveriesByState: [String: Int]
    /// Open jobs by kind.
    public var jobsByKind: [String: Int]
    /// How long the oldest job that could be taken now has been due, in milliseconds, by kind.
    public var oldestDueMilliseconds: [String: Int64]

    /// Creates a summary.
    public init(
        callbacks: Int = 0,
        callbacksByVerdict: [String: Int] = [:],
        ordersByState: [String: Int] = [:],
        documents: Int = 0,
        quarantined: Int = 0,
        deliveriesByState: [String: Int] = [:],
        jobsByKind: [String: Int] = [:],
        oldestDueMilliseconds: [String: Int64] = [:]
    ) {
        self.callbacks = callbacks
        self.callbacksByVerdict = callbacksByVerdict
        self.ordersByState = ordersByState
        self.documents = documents
        self.quarantined = quarantined
        self.deliveriesByState = deliveriesByState
        self.jobsByKind = jobsByKind
        self.oldestDueMilliseconds = oldestDueMilliseconds
    }
}
