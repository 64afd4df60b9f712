import GRDB
import RicevutaCore
import Visengine

extension LedgerTransaction {
    /// Ties an order to the provider's id; see ``OrderMerge``.
    ///
    /// - Parameters:
    ///   - order: As recorded.
    ///   - id: The provider's id.
    ///   - isProven: Whether the API itself showed that they belong together.
    /// - Returns: The order with the id; another row than before when a row was opened twice for one order.
    /// - Throws: ``LedgerError/conflict(_:)``.
    func bind(_ order: OrderRecord, to id: OrderID, isProven: Bool) throws -> OrderRecord {
        let other = try order.id == nil ? self.order(id: id, at: order.provider) : nil
        guard let merge = try OrderMerge.decide(order, id: id, isProven: isProven, other: other) else { return order }
        if let absorbed = merge.absorbed { try move(absorbed, into: merge.order.key) }
        try save(merge.order)
        try run("DELETE FROM order_candidates WHERE order_key = ?", [merge.order.key])
        return merge.order
    }

    /// Moves all that hangs on one order to another, and removes it.
    private func move(_ key: Int64, into other: Int64) throws {
        // One of the two was never bound, so only one can have notifications or a document.
        for table in ["notifications", "documents", "quarantine"] {
            try run("UPDATE \(table) SET order_key = ? WHERE order_key = ?", [other, key])
        }
        try run(
            "UPDATE callbacks SET order_key = ? WHERE \(CallbackPartitions.all) AND order_key = ?",
            [other, key]
        )
        try moveHistory(from: key, to: other)
        try run("DELETE FROM jobs WHERE id = ?", [JobNumber.of(.verify, key)])
        try moveFetch(from: key, to: other)
        try run("DELETE FROM orders WHERE key = ?", [key])
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
