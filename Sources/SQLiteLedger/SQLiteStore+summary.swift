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
            let states = try counts(db, "SELECT coalesce(state, 'unread'), count(*) FROM orders GROUP BY 1")
            for (stored, count) in states {
                let name = stored == "unread" ? stored : OrderState(name: stored).name
                summary.ordersByState[name, default: 0] += count
            }
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
            summary.documents = try count(db, "SELECT count(*) FROM documents")
            summary.quarantined = try count(
                db,
                """
                SELECT count(*) FROM quarantine q
                WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE d.order_key = q.order_key)
                """
            )
            summary.deliveriesByState = try counts(db, "SELECT state, count(*) FROM deliveries GROUP BY state")
            // Late is what could be taken now: a job in flight is being done, and a disabled sink's waits for an
            // operator. A command has no boot of its own; the leases of each receiver's last one are those that hold.
            let jobs = """
                SELECT id % 4 AS kind, count(*) AS n, min(CASE WHEN
                    (lease_boot IS NULL OR lease_until_ms <= ?
                        OR lease_boot NOT IN (SELECT boot FROM receivers WHERE boot IS NOT NULL))
                    AND lane NOT IN (SELECT 'deliver:' || sink FROM disabled_sinks) THEN due_ms END) AS due
                FROM jobs GROUP BY 1
                """
            for row in try Row.fetchAll(db, sql: jobs, arguments: [now.milliseconds]) {
                guard let kind = JobNumber.kind(digit: try row.integer("kind")) else { continue }
                summary.jobsByKind[kind.rawValue] = Int(try row.integer("n"))
                guard let due = try row.optionalTime("due") else { continue }
                let waiting = now - due
                if waiting > .zero { summary.oldestDueMilliseconds[kind.rawValue] = waiting.wholeMilliseconds }
            }
            return summary
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

private func count(_ db: Database, _ sql: String) throws -> Int { try Int.fetchOne(db, sql: sql) ?? 0 }

private func counts(_ db: Database, _ sql: String) throws -> [String: Int] {
    var counts: [String: Int] = [:]
    for row in try Row.fetchAll(db, sql: sql) {
        let name = String.fromDatabaseValue(row[0]) ?? "unreadable"
        counts[name, default: 0] += Int.fromDatabaseValue(row[1]) ?? 0
    }
    return counts
}
