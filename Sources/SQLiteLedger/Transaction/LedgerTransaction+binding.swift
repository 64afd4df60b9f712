import GRDB
import RicevutaCore
import Visengine

extension LedgerTransaction {
    /// Ties an order to the provider's id.
    ///
    /// - Parameters:
    ///   - order: As recorded.
    ///   - id: The provider's id.
    ///   - isProven: Whether the API itself showed that they belong together.
    /// - Returns: The order with the id; another row than before when a row was opened twice for one order.
    /// - Throws: ``LedgerError/conflict(_:)``.
    func bind(_ order: OrderRecord, to id: OrderID, isProven: Bool) throws -> OrderRecord {
        if let bound = order.id {
            guard bound == id else {
                throw LedgerError.conflict("order \(order.key) is bound to \(bound), not to \(id)")
            }
            return order
        }
        var bound = order
        if let other = try self.order(id: id), other.key != order.key {
            if order.nonce == nil {
                // The callback came without a token, and its order is known by another row.
                try move(order, into: other)
                return other.id == nil ? try bind(other, to: id, isProven: isProven) : other
            }
            guard other.nonce == nil, isProven || other.id == nil else {
                throw LedgerError.conflict("\(id) is already bound to order \(other.key)")
            }
            bound = bound.takingOver(other)
            try move(other, into: order)
        }
        bound.id = id
        try save(bound)
        try run("DELETE FROM order_candidates WHERE order_key = ?", [order.key])
        return bound
    }

    /// Moves all that hangs on one order to another, and removes it.
    private func move(_ order: OrderRecord, into other: OrderRecord) throws {
        // One of the two was never bound, so only one can have told something or have a document.
        for table in ["notifications", "documents", "quarantine"] {
            try run("UPDATE \(table) SET order_key = ? WHERE order_key = ?", [other.key, order.key])
        }
        try run(
            "UPDATE callbacks SET order_key = ? WHERE \(CallbackSections.all) AND order_key = ?",
            [other.key, order.key]
        )
        try run("DELETE FROM jobs WHERE id = ?", [JobNumber.of(.verify, order.key)])
        try moveFetch(from: order.key, to: other.key)
        try run("DELETE FROM orders WHERE key = ?", [order.key])
    }

    /// A fetch under way loses its lease and is begun again: the archive stores the same bytes once.
    private func moveFetch(from key: Int64, to other: Int64) throws {
        let old = JobNumber.of(.fetch, key)
        try run(
            "UPDATE OR IGNORE jobs SET id = ?, subject = ?, lease_boot = NULL WHERE id = ?",
            [JobNumber.of(.fetch, other), other, old]
        )
        try run("DELETE FROM jobs WHERE id = ?", [old])
    }
}

extension OrderRecord {
    /// This order with the progress that another row recorded for the same one.
    fileprivate func takingOver(_ other: OrderRecord) -> OrderRecord {
        var order = self
        order.item = item ?? other.item
        order.itemName = itemName ?? other.itemName
        if other.rank > rank || state == nil {
            order.state = other.state
            order.rank = other.rank
            order.lastUpdate = other.lastUpdate
            order.outcome = other.outcome
        }
        order.finalSince = finalSince ?? other.finalSince
        if document == .none { order.document = other.document }
        if let readBack = other.lastReadBack { order.lastReadBack = max(lastReadBack ?? readBack, readBack) }
        return order
    }
}
