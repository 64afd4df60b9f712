import GRDB
import RicevutaCore
import Visengine

/// The ids that callbacks named for an order whose own is not known yet; both lists are bounded, as anybody with the
/// token can make up ids.
extension LedgerTransaction {
    private static let maxCandidates = 8
    /// Rejected ids are kept so that they are not tried again; beyond this many the oldest rejections are forgotten.
    private static let maxRejected: Int64 = 64

    /// The ids to try, newest first.
    func candidates(of order: Int64) throws -> [OrderID] {
        try rows(
            """
            SELECT id FROM order_candidates WHERE order_key = ? AND rejected IS NULL
            ORDER BY callback_id DESC LIMIT ?
            """,
            [order, Self.maxCandidates]
        ).compactMap { row in
            // One that is damaged must not stand in the way of the others.
            do throws(UnreadableRow) {
                return try row.name("id")
            } catch {
                unreadableRows += 1
                return nil
            }
        }
    }

    /// Notes an id that a callback named.
    ///
    /// - Returns: Whether it is the only one, and was there already.
    func addCandidate(_ id: OrderID, to order: Int64, callback: Int64) throws -> Bool {
        // Nearly always the only one, named before: nothing to write, then.
        let only = try db.cachedStatement(
            sql: """
                SELECT max(id) FROM order_candidates WHERE order_key = ? AND rejected IS NULL HAVING count(*) = 1
                """
        ).firstRow({ $0.add(order) }) { $0[0] }
        if only == .text(id.rawValue) { return true }
        try run(
            "UPDATE order_candidates SET callback_id = ? WHERE order_key = ? AND id = ?",
            [callback, order, id.rawValue]
        )
        guard db.changesCount == 0 else { return false }
        try run(
            "INSERT INTO order_candidates(order_key, id, callback_id) VALUES (?, ?, ?)",
            [order, id.rawValue, callback]
        )
        try run(
            """
            DELETE FROM order_candidates WHERE order_key = ?1 AND rejected IS NULL AND callback_id < (
                SELECT callback_id FROM order_candidates WHERE order_key = ?1 AND rejected IS NULL
                ORDER BY callback_id DESC LIMIT 1 OFFSET ?2)
            """,
            [order, Self.maxCandidates - 1]
        )
        return false
    }

    /// Notes that an id is not the order's, whether a callback named it or not.
    func rejectCandidate(_ id: OrderID, of order: Int64, reason: String) throws {
        let newest = try row(
            "SELECT coalesce(max(rejection), 0) AS rejection FROM order_candidates WHERE order_key = ?",
            [order]
        )
        let rejection = try (newest?.integer("rejection") ?? 0) &+ 1
        try run(
            """
            INSERT INTO order_candidates(order_key, id, callback_id, rejected, rejection) VALUES (?, ?, 0, ?, ?)
            ON CONFLICT(order_key, id) DO UPDATE SET rejected = excluded.rejected, rejection = excluded.rejection
            """,
            [order, id.rawValue, reason, rejection]
        )
        try run(
            "DELETE FROM order_candidates WHERE order_key = ? AND rejection <= ?",
            [order, rejection &- Self.maxRejected]
        )
    }
}
