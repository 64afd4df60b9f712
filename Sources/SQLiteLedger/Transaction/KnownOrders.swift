import BaseKit
import RicevutaCore
import Visengine

/// What recording needs to know of an order.
struct KnownOrder {
    var key: Int64
    /// Whether an id is bound, readable or not.
    var isBound = false
    var id: OrderID?
    /// When the API was last asked.
    var lastAsked: Timestamp?
    /// Before when callbacks may cause no read-back, because they caused so many.
    var spentUntil: Timestamp?
    /// Since when it is final.
    var finalSince: Timestamp?
    /// When the verify job is due, if there is one.
    var due: Timestamp?
    /// Whether a callback has to be noted in that job: it is being done, or it was armed by something else.
    var isToBeTold = false
    /// The one id that callbacks have named for it so far, when that was looked up.
    var candidate: OrderID?
}

/// Orders whose further callbacks change nothing but themselves: bound or with their id noted, and their read-back due.
///
/// Kept by the writer from one transaction to the next, so that many callbacks of an order cost one look at it.
/// Whatever else is written may concern any of them, and empties it.
struct KnownOrders {
    private var orders: [OrderNonce: KnownOrder] = [:]
    private static let most = 10_000

    var isEmpty: Bool { orders.isEmpty }

    subscript(nonce: OrderNonce) -> KnownOrder? {
        get { orders[nonce] }
        set {
            if newValue != nil && orders.count >= Self.most { orders.removeAll(keepingCapacity: true) }
            orders[nonce] = newValue
        }
    }

    mutating func removeAll() { orders.removeAll(keepingCapacity: true) }
}
