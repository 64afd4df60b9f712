public import BaseKit

/// Which notifications to read, in the order in which they were recorded.
public struct NotificationQuery: Sendable, Equatable {
    /// Only notifications of this type.
    public var type: NotificationType?
    /// Only notifications of this order.
    public var orderKey: Int64?
    /// Only notifications that have a delivery to this sink.
    public var sink: SinkName?
    /// Only notifications about orders of the catalogue item with this key or this name.
    public var item: String?
    /// Only notifications about orders with this reference.
    public var reference: OrderReference?
    /// Only notifications of what was confirmed at this time or later.
    public var since: Timestamp?
    /// Only notifications that were recorded after the one of this number; 0 for all.
    public var after: Int64
    /// At most so many.
    public var limit: Int

    /// Creates a query.
    public init(
        type: NotificationType? = nil,
        orderKey: Int64? = nil,
        sink: SinkName? = nil,
        item: String? = nil,
        reference: OrderReference? = nil,
        since: Timestamp? = nil,
        after: Int64 = 0,
        limit: Int = 100
    ) {
        self.type = type
        self.orderKey = orderKey
        self.sink = sink
        self.item = item
        self.reference = reference
        self.since = since
        self.after = after
        self.limit = limit
    }
}

/// One notification as it was recorded.
public struct NotificationEntry: Sendable, Equatable {
    /// The ledger's number of it: the later it was recorded, the greater.
    public var number: Int64
    /// What is published.
    public var notification: Notification
    /// The sinks that have deliveries of it, by name.
    public var sinks: [SinkName]

    /// Creates an entry.
    public init(number: Int64, notification: Notification, sinks: [SinkName]) {
        self.number = number
        self.notification = notification
        self.sinks = sinks
    }
}

/// Some notifications, and where to go on.
public struct NotificationPage: Sendable, Equatable {
    /// The notifications, oldest first.
    public var entries: [NotificationEntry]
    /// The number of the last one that was looked at: what is asked for after it was not looked at yet.
    ///
    /// The newest one's, unless the page is full.
    public var last: Int64

    /// Creates a page.
    public init(entries: [NotificationEntry], last: Int64) {
        self.entries = entries
        self.last = last
    }
}
