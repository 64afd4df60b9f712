internal import BaseKit
internal import Crypto
public import Visengine

/// An order that is about to be sent to its provider, as a ledger records it first.
public struct NewOrder: Sendable, Equatable {
    /// A fresh one: it becomes the order's.
    public var nonce: OrderNonce
    /// Where it is to be placed.
    public var provider: ProviderID
    /// The catalogue item.
    public var item: ItemHash
    /// The item's name.
    public var itemName: String?
    /// The caller's own name for it.
    public var reference: OrderReference?
    /// Under which it is bought once.
    public var key: IdempotencyKey?
    /// All that is ordered, in a form that is the same whenever the same is ordered: it tells whether the key's order
    /// is this one.
    public var content: [UInt8]
    /// What it costs, options included; `nil` when the price is unknown.
    public var price: Price?
    /// The most that may be spent on a day in Rome's time zone, this order included; `nil` for no limit.
    public var dailyLimit: Price?

    /// Creates an order without a price, a key or a limit, unless they are given.
    public init(
        nonce: OrderNonce,
        provider: ProviderID,
        item: ItemHash,
        itemName: String? = nil,
        reference: OrderReference? = nil,
        key: IdempotencyKey? = nil,
        content: [UInt8] = [],
        price: Price? = nil,
        dailyLimit: Price? = nil
    ) {
        self.nonce = nonce
        self.provider = provider
        self.item = item
        self.itemName = itemName
        self.reference = reference
        self.key = key
        self.content = content
        self.price = price
        self.dailyLimit = dailyLimit
    }

    /// What a ledger keeps of the content with the order of that nonce: 64 hexadecimal digits.
    ///
    /// The nonce makes it another for each order: that two orders are about the same person does not show.
    public func mark(for nonce: OrderNonce) -> String {
        ASCII.hex(SHA256.hash(data: Array("ricevuta order content v1\n\(nonce)\n".utf8) + content))
    }

    /// Whether a ledger records the order, in the same transaction in which it looked the arguments up.
    ///
    /// | the key's order | its content | today's sum with this price | decision |
    /// |---|---|---|---|
    /// | there is one | the same | – | that order |
    /// | there is one | another | – | the key is in use |
    /// | none, or the provider rejected it | – | beyond the limit, or not known | over the limit |
    /// | none, or the provider rejected it | – | within the limit, or there is none | recorded |
    ///
    /// - Parameters:
    ///   - earlier: The order that has the key and was not rejected, with the ``mark(for:)`` kept of it.
    ///   - spent: What orders of the same day cost.
    /// - Returns: Why it is not recorded; `nil` when it is.
    package func refusal(
        earlier: (order: OrderRecord, mark: String)?,
        spent: OrderSpending
    ) -> PlacingDecision? {
        if key != nil, let earlier, let nonce = earlier.order.nonce {
            return mark(for: nonce) == earlier.mark ? .earlier(earlier.order) : .keyInUse(by: earlier.order)
        }
        guard let dailyLimit else { return nil }
        guard let price, spent.total + price <= dailyLimit else { return .overLimit(spent: spent) }
        return nil
    }
}

/// What a ledger decided about an order that is about to be placed.
public enum PlacingDecision: Sendable, Equatable {
    /// It is recorded, and is to be sent now.
    case recorded(OrderRecord)
    /// An earlier order has the same key and the same content: nothing was recorded, and nothing is to be sent.
    case earlier(OrderRecord)
    /// An earlier order of another content has the key: nothing was recorded, and nothing is to be sent.
    case keyInUse(by: OrderRecord)
    /// More would be spent today than the limit, or the price is unknown: nothing was recorded, and nothing is to be
    /// sent.
    case overLimit(spent: OrderSpending)
}

/// What orders cost that were placed from here on one day of Rome, without those that the provider rejected.
public struct OrderSpending: Sendable, Equatable {
    /// How many they are.
    public var orders: Int
    /// The sum of the prices that are known.
    public var total: Price
    /// How many have no known price.
    public var unpriced: Int

    /// Creates a sum; by default of no orders.
    public init(orders: Int = 0, total: Price = Price(thousandths: 0), unpriced: Int = 0) {
        self.orders = orders
        self.total = total
        self.unpriced = unpriced
    }
}
