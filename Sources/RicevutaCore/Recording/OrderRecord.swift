public import BaseKit
public import Visengine

/// What the ledger knows of one order.
public struct OrderRecord: Sendable, Equatable {
    /// The ledger's own number of the order; stable, and known before the provider has given an id.
    public var key: Int64
    /// Where the order is.
    public var provider: ProviderID
    /// The nonce of the order's token; `nil` for an order known only by its id.
    public var nonce: OrderNonce?
    /// The provider's id once it is certain that it belongs to the nonce; no other order of the same provider has it.
    public var id: OrderID?
    /// Who placed the order.
    public var origin: Origin
    /// Where the placing stands.
    public var placement: Placement
    /// The catalogue item.
    public var item: ItemHash?
    /// The item's name.
    public var itemName: String?
    /// The caller's own name for it, given when it was placed or when its token was minted.
    public var reference: OrderReference?
    /// What it costs, options included; `nil` for an order that was not placed from here, or when nobody said.
    public var price: Price?
    /// The state the API confirmed last; `nil` before the first read-back.
    public var state: OrderState?
    /// The highest ``OrderState/rank`` confirmed so far; 0 before the first.
    public var rank: Int
    /// `timestamp_last_update` as confirmed last.
    public var lastUpdate: Timestamp?
    /// The provider's verdict as confirmed last.
    public var outcome: Outcome?
    /// Why the provider cancelled the order, in its own words; it may name a person, so logs leave it out.
    public var cancellationReason: String?
    /// Since when the order stands still until somebody chooses a search's result; `nil` when it does not.
    public var choiceSince: Timestamp?
    /// By when the provider has promised the document; `nil` when it has not.
    public var promisedBy: Timestamp?
    /// Since when it is known that the promise was not kept; stays when the document comes after all.
    public var lateSince: Timestamp?
    /// Where the document stands.
    public var document: DocumentProgress
    /// When the order was first recorded.
    public var createdAt: Timestamp
    /// When the API was last asked, with an answer.
    public var lastReadBack: Timestamp?
    /// How many read-backs found nothing new since the last change; drives the polling interval.
    public var quietPolls: Int
    /// Since when the API has shown the order as final; `nil` before.
    public var finalSince: Timestamp?

    /// Who placed the order.
    public enum Origin: String, Sendable, Codable {
        /// This program, with `order place`.
        case placed
        /// Another program that shares a token key, or, without tokens, anybody.
        case external
    }

    /// Where the placing stands.
    public enum Placement: String, Sendable, Codable {
        /// Recorded, not answered yet, or the answer was lost: the order may exist at the provider.
        case pending
        /// The provider answered with an id, or the order was found by its token.
        case placed
        /// The provider refused it.
        case refused
    }

    /// Creates a record.
    public init(
        key: Int64,
        provider: ProviderID,
        nonce: OrderNonce?,
        id: OrderID? = nil,
        origin: Origin,
        placement: Placement,
        item: ItemHash? = nil,
        itemName: String? = nil,
        reference: OrderReference? = nil,
        price: Price? = nil,
        state: OrderState? = nil,
        rank: Int = 0,
        lastUpdate: Timestamp? = nil,
        outcome: Outcome? = nil,
        cancellationReason: String? = nil,
        choiceSince: Timestamp? = nil,
        promisedBy: Timestamp? = nil,
        lateSince: Timestamp? = nil,
        document: DocumentProgress = .none,
        createdAt: Timestamp,
        lastReadBack: Timestamp? = nil,
        quietPolls: Int = 0,
        finalSince: Timestamp? = nil
    ) {
        self.key = key
        self.provider = provider
        self.nonce = nonce
        self.id = id
        self.origin = origin
        self.placement = placement
        self.item = item
        self.itemName = itemName
        self.reference = reference
        self.price = price
        self.state = state
        self.rank = rank
        self.lastUpdate = lastUpdate
        self.outcome = outcome
        self.cancellationReason = cancellationReason
        self.choiceSince = choiceSince
        self.promisedBy = promisedBy
        self.lateSince = lateSince
        self.document = document
        self.createdAt = createdAt
        self.lastReadBack = lastReadBack
        self.quietPolls = quietPolls
        self.finalSince = finalSince
    }
}

extension LedgerError {
    /// Several orders have names that begin so.
    package static func ambiguous(orders: [OrderRecord], name: String) -> LedgerError {
        let names = orders.map { $0.id?.rawValue ?? $0.nonce?.rawValue ?? String($0.key) }
        return .ambiguous(what: "order", name: name, candidates: names.sorted())
    }
}

/// Where an order's document stands.
public enum DocumentProgress: String, Sendable, Codable {
    /// Not to be had yet.
    case none
    /// Ready at the provider; a fetch job exists.
    case due
    /// In the archive.
    case stored
    /// Given up after the last attempt; listed for the operator.
    case failed
}
