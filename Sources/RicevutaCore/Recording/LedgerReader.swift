public import BaseKit
public import Visengine

/// What operators and the program read from the ledger.
///
/// Lists leave out what cannot be read, so that one damaged entry hides no other.
public protocol LedgerReader: Sendable {
    /// Orders, newest first.
    func orders(_ query: OrderQuery) async throws(LedgerError) -> [OrderRecord]

    /// One order by the provider's id, its nonce, or the ledger's number.
    func order(named name: String) async throws(LedgerError) -> OrderRecord?

    /// What is left to do for an order, and what went wrong with it last.
    func work(ofOrder key: Int64) async throws(LedgerError) -> OrderWork

    /// The newest of an order's callbacks, oldest first.
    func callbacks(ofOrder key: Int64, limit: Int) async throws(LedgerError) -> [CallbackEntry]

    /// Documents, newest first; of one order when `orderKey` is given.
    func documents(ofOrder key: Int64?, limit: Int) async throws(LedgerError) -> [DocumentEntry]

    /// Deliveries, newest first.
    func deliveries(_ query: DeliveryQuery) async throws(LedgerError) -> [DeliveryEntry]

    /// The sinks that are disabled, with the reason.
    func disabledSinks() async throws(LedgerError) -> [SinkName: String]

    /// Counts of everything, for `status`, metrics and readiness.
    func summary(now: Timestamp) async throws(LedgerError) -> LedgerSummary
}

/// Which orders to list.
public struct OrderQuery: Sendable, Equatable {
    /// Only orders in this state.
    public var state: OrderState?
    /// Only orders with this placement and no confirmed state yet.
    public var placement: OrderRecord.Placement?
    /// Only orders that are not finished.
    public var isOpen: Bool
    /// At most so many.
    public var limit: Int

    /// Creates a query.
    public init(
        state: OrderState? = nil,
        placement: OrderRecord.Placement? = nil,
        isOpen: Bool = false,
        limit: Int = 100
    ) {
        self.state = state
        self.placement = placement
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
    public init(
        states: Set<DeliveryState> = [],
        sink: SinkName? = nil,
        orderKey: Int64? = nil,
        limit: Int = 100
    ) {
        self.states = states
        self.sink = sink
        self.orderKey = orderKey
        self.limit = limit
    }
}
