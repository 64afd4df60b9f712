public import Callbacks
import GRDB
public import Visengine

extension SQLiteLedger {
    /// Counts of everything.
    public func summary(now: Timestamp) async throws(LedgerError) -> LedgerSummary {
        try await read("counting") { db in
            var summary = LedgerSummary()
            summary.callbacksByVerdict = try counts(db, "SELECT verdict, count(*) FROM callbacks GROUP BY verdict")
            summary.callbacks = summary.callbacksByVerdict.values.reduce(0, +)
            let states = try counts(db, "SELECT coalesce(state, 'unread'), count(*) FROM orders GROUP BY 1")
            for (stored, count) in states {
                let name = stored == "unread" ? stored : OrderState(name: stored).name
                summary.ordersByState[name, default: 0] += count
            }
            summary.documents = try count(db, "SELECT count(*) FROM documents")
            summary.quarantined = try count(db, "SELECT count(*) FROM quarantine")
            summary.deliveriesByState = try counts(db, "SELECT state, count(*) FROM deliveries GROUP BY state")
            for row in try Row.fetchAll(
                db,
                sql: "SELECT id % 4 AS kind, count(*) AS n, min(due_ms) AS due FROM jobs GROUP BY 1"
            ) {
                guard let kind = JobNumber.kind(digit: try row.integer("kind")) else { continue }
                summary.jobsByKind[kind.rawValue] = Int(try row.integer("n"))
                let waiting = now - (try row.time("due"))
                if waiting > .zero { summary.oldestDueMilliseconds[kind.rawValue] = waiting.wholeMilliseconds }
            }
            return summary
        }
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
