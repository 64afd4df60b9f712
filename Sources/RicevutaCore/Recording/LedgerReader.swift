public import BaseKit
public import Visengine

/// What operators and the program read from the ledger.
///
/// Lists leave out what cannot be read, so that one damaged entry hides no other.
public protocol LedgerReader: Sendable {
    /// Orders, newest first.
    func orders(_ query: OrderQuery) async throws(LedgerError) -> [OrderRecord]

    /// One order by the provider's id, in any case, its nonce, or the ledger's number; or by the first characters of
    /// its id or nonce, at least ``OrderQuery/shortestPrefix``, that no other order has.
    ///
    /// - Throws: ``LedgerError/ambiguous(what:name:candidates:)`` when several orders begin so.
    func order(named name: String) async throws(LedgerError) -> OrderRecord?

    /// What is left to do for an order, and what went wrong with it last.
    func work(ofOrder key: Int64) async throws(LedgerError) -> OrderWork

    /// What has changed of an order since it was recorded, oldest first; at most so many, the newest.
    func history(ofOrder key: Int64, limit: Int) async throws(LedgerError) -> [OrderChange]

    /// The newest of an order's callbacks, oldest first.
    func callbacks(ofOrder key: Int64, limit: Int) async throws(LedgerError) -> [CallbackEntry]

    /// Documents and quarantined contents, newest first.
    func documents(_ query: DocumentQuery) async throws(LedgerError) -> [DocumentEntry]

    /// Notifications, oldest first, and where to go on reading as more are recorded.
    ///
    /// It costs as much as there is behind ``NotificationQuery/after``.
    func notifications(_ query: NotificationQuery) async throws(LedgerError) -> NotificationPage

    /// Deliveries, newest first.
    func deliveries(_ query: DeliveryQuery) async throws(LedgerError) -> [DeliveryEntry]

    /// The delivery whose id begins with a text; the `dlv_` of ids may be left out.
    ///
    /// - Returns: `nil` when there is none.
    /// - Throws: ``LedgerError/ambiguous(what:name:candidates:)`` when there are several.
    func delivery(matching prefix: String) async throws(LedgerError) -> DeliveryEntry?

    /// The kept attempts of a delivery, oldest first.
    ///
    /// - Parameter id: The delivery's whole id.
    /// - Returns: At most ``AttemptEntry/kept``; none of an id that there is not.
    /// - Throws: ``LedgerError``.
    func attempts(ofDelivery id: String) async throws(LedgerError) -> [AttemptEntry]

    /// What is known of each sink for which something waits or is dead, or that is disabled or paused, whether it is
    /// configured or not.
    func sinks() async throws(LedgerError) -> [SinkName: SinkSummary]

    /// Orders that somebody may have to look at, those first that wait for a person: a search's result is to be
    /// chosen, the document was given up or failed to be fetched, the last read failed, or the promised time is over.
    func troubledOrders(limit: Int) async throws(LedgerError) -> [OrderRecord]

    /// Whether a receiver serves the ledger: its heartbeat is not older than its timeout.
    ///
    /// One that was killed seems to serve for that long.
    func isServed(now: Timestamp) async throws(LedgerError) -> Bool

    /// Counts of everything, for `status`, metrics and readiness.
    func summary(now: Timestamp) async throws(LedgerError) -> LedgerSummary
}

/// Which orders to list.
public struct OrderQuery: Sendable, Equatable {
    /// How many characters of an order's id name it at least.
    public static let shortestPrefix = 4

    /// Only orders in this state.
    public var state: OrderState?
    /// Only orders with this placement and no confirmed state yet.
    public var placement: OrderRecord.Placement?
    /// Only orders that are not finished.
    public var isOpen: Bool
    /// Only orders of this item: its hash, or a part of its name in any case of ASCII letters.
    public var item: String?
    /// Only orders that their callers gave this reference.
    public var reference: OrderReference?
    /// Only orders recorded then or later.
    public var since: Timestamp?
    /// Only orders that were recorded before the one of this number: the next page of a list.
    public var before: Int64?
    /// At most so many.
    public var limit: Int

    /// Creates a query.
    public init(
        state: OrderState? = nil,
        placement: OrderRecord.Placement? = nil,
        isOpen: Bool = false,
        item: String? = nil,
        reference: OrderReference? = nil,
        since: Timestamp? = nil,
        before: Int64? = nil,
        limit: Int = 100
    ) {
        self.state = state
        self.placement = placement
        self.isOpen = isOpen
        self.item = item
        self.reference = reference
        self.since = since
        self.before = before
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
    /// Only deliveries of notifications of this type.
    public var type: NotificationType?
    /// Only deliveries about orders of the catalogue item with this key or this name.
    public var item: String?
    /// Only deliveries about orders with this reference.
    public var reference: OrderReference?
    /// Only deliveries that were written at this time or later.
    public var since: Timestamp?
    /// Only deliveries that are older than the one with this id.
    public var before: String?
    /// At most so many.
    public var limit: Int

    /// Creates a query.
    public init(
        states: Set<DeliveryState> = [],
        sink: SinkName? = nil,
        orderKey: Int64? = nil,
        type: NotificationType? = nil,
        item: String? = nil,
        reference: OrderReference? = nil,
        since: Timestamp? = nil,
        before: String? = nil,
        limit: Int = 100
    ) {
        self.states = states
        self.sink = sink
        self.orderKey = orderKey
        self.type = type
        self.item = item
        self.reference = reference
        self.since = since
        self.before = before
        self.limit = limit
    }
}
