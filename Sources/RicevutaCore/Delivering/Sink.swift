/// A configured destination.
public protocol Sink: Sendable {
    /// The configured name.
    var name: SinkName { get }

    /// Makes one attempt. Doesn't throw: a failed attempt is an outcome.
    ///
    /// May be repeated with the same notification after a crash, so it has to be idempotent or carry the stable id.
    func deliver(_ parcel: Parcel) async -> DeliveryOutcome
}

/// One notification on its way to one sink.
public struct Parcel: Sendable, Equatable {
    /// What is told.
    public var notification: Notification
    /// The delivery's own id: a replay is a new delivery of the same notification.
    public var deliveryID: String
    /// Which attempt this is, from 1.
    public var attempt: Int
    /// The absolute path of the document, when the notification has one.
    public var documentPath: String?

    /// Creates a parcel.
    public init(notification: Notification, deliveryID: String, attempt: Int, documentPath: String? = nil) {
        self.notification = notification
        self.deliveryID = deliveryID
        self.attempt = attempt
        self.documentPath = documentPath
    }
}

/// How one attempt ended.
public enum DeliveryOutcome: Sendable, Equatable {
    /// The sink took it.
    case accepted
    /// May pass; the sink may have said how long to wait.
    case transient(reason: String, retryAfter: Duration? = nil)
    /// The sink will never take this notification.
    case permanent(reason: String)
    /// The sink wants nothing any more (HTTP 410): it is disabled until an operator enables it.
    case gone(reason: String)
}
