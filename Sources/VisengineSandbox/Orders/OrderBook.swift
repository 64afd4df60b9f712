import BaseKit
import Visengine

/// The account's orders and wallet, and the rules by which the calls change them; no clock, no network.
///
/// All times are Unix seconds.
struct OrderBook: Sendable {
    let catalogue: SandboxCatalogue
    /// What is left in the wallet.
    var credit: Price
    /// Whether orders without a search begin at `In ricerca` too; the provider answers them `In erogazione` at once.
    let startsInSearch: Bool

    private(set) var orders: [OrderID: SandboxOrder] = [:]
    /// Oldest first.
    private(set) var ids: [OrderID] = []
    private let seed: UInt64

    init(catalogue: SandboxCatalogue = SandboxCatalogue(), credit: Price, startsInSearch: Bool, seed: UInt64) {
        self.catalogue = catalogue
        self.credit = credit
        self.startsInSearch = startsInSearch
        self.seed = seed
    }

    subscript(id: OrderID) -> SandboxOrder? { orders[id] }

    /// Stores a changed order.
    mutating func keep(_ order: SandboxOrder) {
        if orders.updateValue(order, forKey: order.id) == nil { ids.append(order.id) }
    }

    /// 24 hexadecimal digits: the time, the sandbox's own part, a counter.
    func nextID(now: Int64) -> OrderID? {
        OrderID(rawValue: Self.hex(UInt64(now), 8) + Self.hex(seed, 8) + Self.hex(UInt64(ids.count), 8))
    }

    private static func hex(_ value: UInt64, _ digits: Int) -> String {
        let text = String(value, radix: 16)
        return (String(repeating: "0", count: digits) + text).suffix(digits).lowercased()
    }

    /// An order, or the refusal that the call in question gives.
    func order(_ text: String, invalid: Refusal, unknown: Refusal) throws(Refusal) -> SandboxOrder {
        guard text.utf8.count == 24, let id = OrderID(rawValue: text) else { throw invalid }
        guard let order = orders[id] else { throw unknown }
        return order
    }

    /// Takes money for an order out of the wallet.
    mutating func charge(_ price: Price, to order: inout SandboxOrder, code: ProviderErrorCode) throws(Refusal) {
        guard price <= credit else { throw Refusal(402, code, "Insufficient Credit in Wallet: \(credit)") }
        credit = Price(thousandths: credit.thousandths - price.thousandths)
        order.paid = order.paid + price
    }

    // MARK: Reading

    func list() throws(Refusal) -> JSONValue {
        // Not an empty list (doc).
        guard !ids.isEmpty else { throw Refusal(404, .noOrders, "no request related to your account") }
        return .array(ids.reversed().compactMap { orders[$0].map { .object($0.summary) } })
    }

    func item(_ text: String) throws(Refusal) -> SandboxItem {
        guard let hash = ItemHash(rawValue: text), let item = catalogue[hash] else {
            throw Refusal(400, .wrongItemHash, "wrong hash_visura")
        }
        return item
    }

    func order(_ text: String) throws(Refusal) -> SandboxOrder {
        try order(
            text,
            invalid: Refusal(400, .invalidOrderID, "Invalid id"),
            unknown: Refusal(404, .unknownOrder, "no request matches this id: \(text)")
        )
    }

    /// The order whose document is asked for, and has one.
    func orderWithDocument(_ text: String) throws(Refusal) -> SandboxOrder {
        guard !text.isEmpty else { throw Refusal(428, .documentIDRequired, "id required") }
        let unknown = Refusal(404, .unknownDocument, "no requests matches this id: \(text)")
        // An id of seventeen letters and digits is unknown here, not invalid (doc).
        let isLong = text.utf8.count >= 16 && OrderID(rawValue: text) != nil
        let order = try order(
            text,
            invalid: isLong ? unknown : Refusal(400, .invalidDocumentID, "Invalid id"),
            unknown: unknown
        )
        guard order.stage?.hasDocument == true else {
            throw Refusal(422, .documentNotYetAvailable, "document not yet available")
        }
        return order
    }
}
