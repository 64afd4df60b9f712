import GRDB
import RicevutaCore
import Visengine

/// The ids that callbacks named for an order whose own is not known yet; ``CandidateList`` says which are kept.
extension LedgerTransaction {
    /// The ids of an order.
    func candidates(of order: Int64) throws -> CandidateList {
        let rows = try rows("SELECT id, callback_id, rejection FROM order_candidates WHERE order_key = ?", [order])
        return CandidateList(
            rows.compactMap { row in
                // One that is damaged must not stand in the way of the others.
                do throws(UnreadableRow) {
                    return CandidateList.Candidate(
                        id: try row.name("id"),
                        callback: try row.integer("callback_id"),
                        rejection: try row.optionalInteger("rejection")
                    )
                } catch {
                    unreadableRows += 1
                    return nil
                }
            }
        )
    }

    /// Notes an id that a callback named.
    ///
    /// - Returns: Whether it is the only one, and was there already.
    func addCandidate(_ id: OrderID, to order: Int64, callback: Int64) throws -> Bool {
        // Nearly always `isOnlyOpen`, which is found without reading a list: many callbacks come this way.
        let only = try db.cachedStatement(
            sql: """
                SELECT max(id) FROM order_candidates WHERE order_key = ? AND rejection IS NULL HAVING count(*) = 1
                """
        ).firstRow({ $0.add(order) }) { $0[0] }
        if only == .text(id.rawValue) { return true }
        var list = try candidates(of: order)
        guard let change = list.name(id, callback: callback) else { return true }
        try run(
            """
            INSERT INTO order_candidates(order_key, id, callback_id) VALUES (?, ?, ?)
            ON CONFLICT(order_key, id) DO UPDATE SET callback_id = excluded.callback_id
            """,
            [order, id.rawValue, change.written.callback]
        )
        try forget(change, of: order)
        return false
    }

    /// Notes that an id is not the order's, whether a callback named it or not.
    func rejectCandidate(_ id: OrderID, of order: Int64, reason: String) throws {
        var list = try candidates(of: order)
        let change = list.reject(id)
        try run(
            """
            INSERT INTO order_candidates(order_key, id, callback_id, rejected, rejection) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT(order_key, id) DO UPDATE SET rejected = excluded.rejected, rejection = excluded.rejection
            """,
            [order, id.rawValue, change.written.callback, reason, change.written.rejection]
        )
        try forget(change, of: order)
    }

    private func forget(_ change: CandidateList.Change, of order: Int64) throws {
        for id in change.forgotten {
            try run("DELETE FROM order_candidates WHERE order_key = ? AND id = ?", [order, id.rawValue])
        }
    }
}
