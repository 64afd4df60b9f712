public import BaseKit
public import Visengine

/// Where a delivery stands.
public enum DeliveryState: String, Sendable, Codable, CaseIterable {
    /// Waiting for its first or next attempt.
    case pending
    /// The sink took it.
    case delivered
    /// A dead letter: out of attempts or refused for good; neither replayed nor dismissed yet.
    case dead
    /// A dead letter that was replayed or dismissed, or a delivery that an operator moved to another sink or dropped.
    case settled
}

/// One recorded callback, without its body.
public struct CallbackEntry: Sendable, Equatable {
    /// The ledger's number.
    public var id: Int64
    /// Which one it is among those of all receivers; `nil` where its receiver is not known by id.
    public var callback: CallbackID?
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
        callback: CallbackID? = nil,
        receivedAt: Timestamp,
        peer: String,
        claim: CallbackClaim,
        verdict: CallbackVerdict,
        problem: String? = nil,
        repeats: Int,
        bodySize: Int
    ) {
        self.id = id
        self.callback = callback
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

/// The open jobs of one order, without its deliveries, and its last problem.
public struct OrderWork: Sendable, Equatable {
    /// Why the order was refused, is not read any more, or has no document; `nil` when nothing of that happened.
    public var problem: String?
    /// The jobs that are due or wait: at most one to verify the order and one to fetch its document.
    public var jobs: [JobEntry]
    /// What the order's searches have found, while one of the results has to be chosen.
    public var searches: [Search]

    /// Creates a summary.
    public init(problem: String?, jobs: [JobEntry], searches: [Search] = []) {
        self.problem = problem
        self.jobs = jobs
        self.searches = searches
    }
}

/// One job, as an operator sees it.
public struct JobEntry: Sendable, Equatable {
    /// What is to be done.
    public var kind: JobKind
    /// Attempts made since it succeeded last.
    public var attempts: Int
    /// When it is tried next.
    public var due: Timestamp
    /// Whether a worker holds it.
    public var isLeased: Bool
    /// Why the last attempt did not end it; `nil` when none failed.
    public var lastReason: String?

    /// Creates an entry.
    public init(kind: JobKind, attempts: Int, due: Timestamp, isLeased: Bool, lastReason: String?) {
        self.kind = kind
        self.attempts = attempts
        self.due = due
        self.isLeased = isLeased
        self.lastReason = lastReason
    }
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
    /// What it delivers.
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

    /// How all ids begin that begin with what an operator wrote.
    package static func idPrefix(_ text: String) -> String { text.hasPrefix("dlv_") ? text : "dlv_" + text }

    /// The one id that a prefix means; `nil` when there is none.
    ///
    /// - Throws: ``LedgerError/ambiguous(what:name:candidates:)`` when there are several.
    package static func one(of ids: [String], matching prefix: String) throws(LedgerError) -> String? {
        if idPrefix(prefix) == idPrefix("") { return nil }
        if let id = ids.first(where: { $0 == idPrefix(prefix) }) { return id }
        guard ids.count > 1 else { return ids.first }
        throw .ambiguous(what: "delivery", name: prefix, candidates: ids)
    }
}
