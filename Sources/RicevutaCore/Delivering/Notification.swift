public import BaseKit
public import Visengine

/// What kind of fact is published.
///
/// The name is part of the contract with downstream services.
public enum NotificationType: String, Sendable, Codable, CaseIterable {
    /// The API confirmed a new state.
    case orderUpdated = "order.updated"
    /// The document is in the archive.
    case documentAvailable = "document.available"
    /// The API confirmed that the order was cancelled.
    case orderCancelled = "order.cancelled"
    /// The document is not there though the provider had promised it by now.
    case orderLate = "order.late"
    /// A search is over: the order stands still until somebody chooses a result.
    case orderChoiceNeeded = "order.choice_needed"

    /// Whether it reports a new state, and so the one before.
    package var isChangeOfState: Bool {
        switch self {
        case .orderUpdated, .orderCancelled: true
        case .documentAvailable, .orderLate, .orderChoiceNeeded: false
        }
    }
}

/// One fact, published to every sink that wants it.
public struct Notification: Sendable, Equatable {
    /// Stable over retries and replays: CloudEvents `id` and `webhook-id`.
    ///
    /// 1 to 64 visible ASCII characters.
    public var id: String
    /// What happened.
    public var type: NotificationType
    /// When it was confirmed.
    public var occurredAt: Timestamp
    /// The order's number in the ledger.
    public var orderKey: Int64
    /// Where the order is.
    public var provider: ProviderID
    /// The provider's id of the order.
    public var orderID: OrderID
    /// The catalogue item.
    public var item: ItemHash?
    /// The item's name.
    public var itemName: String?
    /// The order's reference.
    public var reference: OrderReference?
    /// The state confirmed with the fact.
    public var state: OrderState?
    /// The state before; `nil` when there was none, or when the fact is no change of state.
    public var previousState: OrderState?
    /// `timestamp_last_update` with the fact.
    public var lastUpdate: Timestamp?
    /// The provider's verdict.
    public var outcome: Outcome?
    /// Why the order was cancelled, in the provider's words; only with the state cancelled.
    public var cancellationReason: String?
    /// The document; only for ``NotificationType/documentAvailable``.
    public var document: StoredDocument?

    /// Creates a notification.
    public init(
        id: String,
        type: NotificationType,
        occurredAt: Timestamp,
        orderKey: Int64,
        provider: ProviderID,
        orderID: OrderID,
        item: ItemHash? = nil,
        itemName: String? = nil,
        reference: OrderReference? = nil,
        state: OrderState? = nil,
        previousState: OrderState? = nil,
        lastUpdate: Timestamp? = nil,
        outcome: Outcome? = nil,
        cancellationReason: String? = nil,
        document: StoredDocument? = nil
    ) {
        self.id = id
        self.type = type
        self.occurredAt = occurredAt
        self.orderKey = orderKey
        self.provider = provider
        self.orderID = orderID
        self.item = item
        self.itemName = itemName
        self.reference = reference
        self.state = state
        self.previousState = previousState
        self.lastUpdate = lastUpdate
        self.outcome = outcome
        self.cancellationReason = cancellationReason
        self.document = document
    }
}
