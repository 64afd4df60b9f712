import BaseKit
import GRDB
import RicevutaCore

/// What one order's callbacks may cause; ``ReadBackPlan`` and ``TokenLifetime`` say how much that is.
extension LedgerTransaction {
    /// Notes that the API is about to be asked for an order, and why.
    func noteAsking(for order: Int64, because source: OrderProgress.Trigger, now: Timestamp) throws {
        var allowance = try readBacks(of: order).allowance
        allowance.count(source, at: now)
        try run(
            "UPDATE orders SET last_asked_ms = ?, read_backs = ?, read_backs_since_ms = ? WHERE key = ?",
            [now.milliseconds, allowance.used, allowance.since?.milliseconds, order]
        )
    }

    /// The read-backs that an order's callbacks have caused, and when the API was last asked.
    func readBacks(of order: Int64) throws -> (allowance: ReadBackPlan.Allowance, lastAsked: Timestamp?) {
        let found = try row(
            "SELECT read_backs, read_backs_since_ms, last_asked_ms FROM orders WHERE key = ?",
            [order]
        )
        guard let found else { return (ReadBackPlan.Allowance(), nil) }
        let allowance = ReadBackPlan.Allowance(
            used: try found.optionalInteger("read_backs") ?? 0,
            since: try found.optionalTime("read_backs_since_ms")
        )
        return (allowance, try found.optionalTime("last_asked_ms"))
    }

    /// Drops the body of a callback whose token has expired; that it came stays recorded.
    func end(callback: Int64) throws {
        try run(
            "UPDATE callbacks SET body = NULL, verdict = ?, problem = coalesce(problem, ?) WHERE id = ?",
            [CallbackVerdict.ended.rawValue, TokenLifetime.problem, callback]
        )
    }
}
