public import Visengine

/// What becomes of the rows of an order when the provider's id is found for it: a row may have been opened for the
/// token and another for the id, and they are one order.
public struct OrderMerge: Sendable, Equatable {
    /// The row that stays, with the id.
    public var order: OrderRecord
    /// The number of the row that goes: all that hangs on it moves to ``order``; `nil` when there is but one.
    public var absorbed: Int64?

    /// Decides.
    ///
    /// | the order | another row has the id | what happens |
    /// |---|---|---|
    /// | has the id | – | nothing |
    /// | has another id | – | a conflict |
    /// | has none | no | it gets the id |
    /// | has none, and no token | yes | the other row stays |
    /// | has none, but a token | without a token, and unbound or the API shows the order's token | the order stays |
    /// | has none, but a token | else | a conflict |
    ///
    /// - Parameters:
    ///   - order: The order that the id was found for.
    ///   - id: The provider's id.
    ///   - isProven: Whether the API itself showed that they belong together.
    ///   - other: The row that has the id, bound or claimed; `order` itself counts as none.
    /// - Returns: What to do; `nil` when there is nothing to do.
    /// - Throws: ``LedgerError/conflict(_:)``.
    public static func decide(
        _ order: OrderRecord,
        id: OrderID,
        isProven: Bool,
        other: OrderRecord?
    ) throws(LedgerError) -> OrderMerge? {
        if let bound = order.id {
            guard bound == id else {
                throw LedgerError.conflict("order \(order.key) is bound to \(bound), not to \(id)")
            }
            return nil
        }
        var merge = OrderMerge(order: order, absorbed: nil)
        if let other, other.key != order.key {
            if order.nonce == nil {
                // The callback came without a token, and its order is known by another row.
                merge = OrderMerge(order: other, absorbed: order.key)
            } else {
                guard other.nonce == nil, isProven || other.id == nil else {
                    throw LedgerError.conflict("\(id) is already bound to order \(other.key)")
                }
                merge = OrderMerge(order: order.takingOver(other), absorbed: other.key)
            }
        }
        merge.order.id = id
        return merge
    }
}

extension OrderRecord {
    /// This order with the progress that another row recorded for the same one.
    ///
    /// - Parameter other: The other row.
    /// - Returns: This row, further on.
    public func takingOver(_ other: OrderRecord) -> OrderRecord {
        var order = self
        order.item = item ?? other.item
        order.itemName = itemName ?? other.itemName
        if other.rank > rank || state == nil {
            order.state = other.state
            order.rank = other.rank
            order.lastUpdate = other.lastUpdate
            order.outcome = other.outcome
            order.cancellationReason = other.cancellationReason
            order.choiceSince = other.choiceSince
        }
        order.promisedBy = promisedBy ?? other.promisedBy
        order.lateSince = lateSince ?? other.lateSince
        order.finalSince = finalSince ?? other.finalSince
        if document == .none { order.document = other.document }
        if let readBack = other.lastReadBack { order.lastReadBack = max(lastReadBack ?? readBack, readBack) }
        return order
    }
}
