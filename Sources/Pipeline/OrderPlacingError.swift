public import RicevutaCore
public import Visengine

/// Why an order was not placed, or not as it should be; each case says what is certain of it.
public enum OrderPlacingError: Error, Equatable, Sendable {
    /// The catalogue has no item of that name; nothing was recorded or sent.
    case itemNotFound(String)
    /// The catalogue has so many items of that name; nothing was recorded or sent.
    case severalItems(Int)
    /// The item's orders begin with a search, one of whose results has to be chosen, which this program cannot do yet:
    /// the order would be paid for and stand still. Nothing was recorded or sent.
    case needsChoice(String)
    /// The catalogue could not be read, or a test failed; nothing was recorded, and no order exists.
    case call(CallFailure)
    /// The ledger did not take the order; nothing was sent.
    case notRecorded(LedgerError)
    /// This earlier order of another content has the idempotency key; nothing was recorded or sent.
    case keyInUse(by: OrderRecord)
    /// With this order more would be spent today than `orders.dailyLimit`, or its price is unknown (`nil`);
    /// nothing was recorded or sent.
    case overLimit(price: Price?, spent: OrderSpending, limit: Price)
    /// No order exists, and the ledger says so.
    case refused(CallFailure)
    /// No order exists; the ledger holds it as pending, and polls find out.
    case refusalNotRecorded(CallFailure, LedgerError)
    /// An order may exist; the ledger holds it as pending, and its callback or a poll finds out.
    case outcomeUnknown(CallFailure)
    /// The order exists; the ledger holds it as pending, and its callback or a poll records the id.
    case placedButNotRecorded(OrderID, LedgerError)
}

extension OrderPlacingError: CustomStringConvertible {
    /// One sentence for an operator, without the provider's own words.
    public var description: String {
        switch self {
        case .itemNotFound(let name): "item '\(name)' not found; `ricevuta item list` shows the catalogue"
        case .severalItems(let count): "\(count) items have that name; use the hash"
        case .needsChoice(let name):
            "item '\(name)' begins with a search whose result has to be chosen, which is not supported yet; no order "
                + "was placed: order it without the search, or at the provider's own site"
        case .call(let failure), .refused(let failure), .refusalNotRecorded(let failure, _): failure.reason
        case .notRecorded(let error): error.description
        case .keyInUse(let order):
            "the idempotency key belongs to order \(order.id?.rawValue ?? order.nonce?.rawValue ?? String(order.key)), "
                + "which is not the same; no order was placed: repeat that one unchanged, or use another key"
        case .overLimit(let price, let spent, let limit):
            (price.map { "\($0) EUR with \(spent.total) EUR spent today is over orders.dailyLimit (\(limit) EUR)" }
                ?? "the order's price is unknown, and orders.dailyLimit (\(limit) EUR) is set")
                + "; no order was placed: place it tomorrow, raise the limit, or add --over-limit"
        case .outcomeUnknown(let failure): failure.reason
        case .placedButNotRecorded(let id, let error):
            "placed as \(id), but not recorded: \(error); its callback or the next poll will record it"
        }
    }
}
