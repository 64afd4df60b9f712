public import BaseKit
import GRDB
public import RicevutaCore
import Synchronization
import Visengine

extension SQLiteStore {
    /// Counts of everything; see ``CountCache`` on those of callbacks.
    public func summary(now: Timestamp) async throws(LedgerError) -> LedgerSummary {
        try await read("counting") { [self] db in
            var summary = LedgerSummary()
            summary.callbacksByVerdict = try callbacks(db)
            summary.callbacks = summary.callbacksByVerdict.values.reduce(0, +)
            try countOrders(db, into: &summary)
            summary.choicesNeeded = try count(
                db,
                "SELECT count(*) FROM orders WHERE choice_since_ms IS NOT NULL"
            )
            summary.lateOrders = try count(
                db,
                """
                SELECT count(*) FROM orders WHERE late_since_ms IS NOT NULL
                    AND coalesce(state, '') NOT IN ('available', 'fulfilled', 'cancelled')
                """
            )
            summary.overdueDocuments = try count(
                db,
                """
                SELECT count(*) FROM jobs j JOIN orders o ON o.key = j.subject
                WHERE j.lane = 'fetch' AND j.last_reason IS NOT NULL
                    AND coalesce(o.last_update_ms, o.created_at_ms) <= ?
                """,
                [(now - LedgerSummary.documentPatience).milliseconds]
            )
            summary.documents = try count(db, "SELECT count(*) FROM documents")
            summary.quarantined = try count(
                db,
                """
                SELECT count(*) FROM quarantine q
                WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE d.order_key = q.order_key)
                """
            )
            summary.deliveriesByState = try counts(db, "SELECT state, count(*) FROM deliveries GROUP BY state")
            let work = try OpenWork.all(db, now: now)
            for work in work {
                let kind = work.kind.rawValue
                summary.jobsByKind[kind, default: 0] += work.count
                guard let since = work.lateSince, now > since else { continue }
                let late = (now - since).wholeMilliseconds
                summary.oldestDueMilliseconds[kind] = max(late, summary.oldestDueMilliseconds[kind] ?? 0)
            }
            summary.spentToday = try OrderSpending.on(ItalianCalendar.day(of: now), db)
            summary.sinks = try SinkSummary.all(db, of: work)
            return summary
        }
    }

    /// In one pass over the orders.
    private func countOrders(_ db: Database, into summary: inout LedgerSummary) throws {
        let sql = """
            SELECT coalesce(state, 'unread') AS name, count(*) AS n, min(CASE WHEN provider_id IS NOT NULL
                AND document IN ('none', 'due') THEN created_at_ms END) AS oldest
            FROM orders GROUP BY name
            """
        for row in try Row.fetchAll(db, sql: sql) {
            let stored = String.fromDatabaseValue(row["name"]) ?? "unreadable"
            let name = stored == "unread" ? stored : OrderState(name: stored).name
            summary.ordersByState[name, default: 0] += Int.fromDatabaseValue(row["n"]) ?? 0
            guard let oldest = Int64.fromDatabaseValue(row["oldest"]), name != OrderState.cancelled.name else {
                continue
            }
            let time = Timestamp(milliseconds: oldest)
            summary.oldestOpenOrder = summary.oldestOpenOrder.map { min($0, time) } ?? time
        }
    }

    private func callbacks(_ db: Database) throws -> [String: Int] {
        let begun = ContinuousClock.now
        if let kept = callbackCounts.withLock({ $0.current(at: begun) }) { return kept }
        let counted = try counts(db, "SELECT verdict, count(*) FROM callbacks GROUP BY verdict")
        callbackCounts.withLock { $0.keep(counted, took: begun.duration(to: .now), at: .now) }
        return counted
    }
}

private func count(_ db: Database, _ sql: String, _ arguments: StatementArguments = []) throws -> Int {
    try Int.fetchOne(db, sql: sql, arguments: arguments) ?? 0
}

private func counts(_ db: Database, _ sql: String) throws -> [String: Int] {
    var counts: [String: Int] = [:]
    for row in try Row.fetchAll(db, sql: sql) {
        let name = String.fromDatabaseValue(row[0]) ?? "unreadable"
        counts[name, default: 0] += Int.fromDatabaseValue(row[1]) ?? 0
    }
    return counts
}
