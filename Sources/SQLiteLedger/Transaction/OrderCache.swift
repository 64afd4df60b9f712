import BaseKit
import RicevutaCore
import Visengine

/// What recording needs to know of an order.
struct CachedOrder {
    var key: Int64
    /// Whether an id is bound, readable or not.
    var isBound = false
    var id: OrderID?
    /// Since when it is final.
    var finalSince: Timestamp?
    /// What its callbacks have to know of its read-backs.
    var readBack = ReadBackPlan.Known()
    /// The one id that callbacks have named for it so far, when that was looked up.
    var candidate: OrderID?
}

/// Orders whose further callbacks change nothing but themselves: bound or with their id noted, and their read-back due.
///
/// Kept by the writer from one transaction to the next, so that many callbacks of an order cost one look at it.
/// Whatever else is written may concern any of them, and empties it.
struct OrderCache {
    private var orders: [OrderNonce: CachedOrder] = [:]
    private static let most = 10_000

    var isEmpty: Bool { orders.isEmpty }

    subscript(nonce: OrderNonce) -> CachedOrder? {
        get { orders[nonce] }
        set {
            if newValue != nil && orders.count >= Self.most { orders.removeAll(keepingCapacity: true) }
            orders[nonce] = newValue
        }
    }

    mutating func removeAll() { orders.removeAll(keepingCapacity: true) }
}
