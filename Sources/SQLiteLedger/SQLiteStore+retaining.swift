public import BaseKit
import GRDB
public import RicevutaCore

extension SQLiteStore: RetentionLedger {
    /// Applies a rule to some old callbacks; see ``RetentionLedger/forget(_:before:after:limit:)``.
    public func forget(
        _ rule: RetentionRule,
        before time: Timestamp,
        after last: Int64,
        limit: Int
    ) async throws(LedgerError) -> (changed: Int, next: Int64?) {
        if rule == .quarantine { return try await forgetQuarantined(before: time, limit: limit) }
        if rule == .attempts { return try await forgetAttempts(before: time, limit: limit) }
        // Looked for by a reader: the writer, which callbacks wait for, only touches what is to be changed.
        let found = try await read("finding expired callbacks") { [self] db -> (ids: [Int64], next: Int64?) in
            let newest = try Int64.fetchOne(db, sql: "SELECT max(id) FROM callbacks") ?? 0
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT id, received_at_ms, verdict = 'waiting' AS waits, body IS NOT NULL AS has_body
                    FROM callbacks WHERE id > ? AND id < ? ORDER BY id LIMIT ?
                    """,
                arguments: [last, newest, Self.looked]
            )
            var ids: [Int64] = []
            var lastOld: Int64?
            for row in rows {
                let received: Int64
                do throws(UnreadableRow) {
                    received = try row.integer("received_at_ms")
                } catch {
                    countUnlisted()  // Of an unknown age: it stays.
                    continue
                }
                // One that came while the clock was ahead hides none behind it.
                guard received < time.milliseconds else { continue }
                if ids.count == limit { return (ids: ids, next: ids.last) }
                lastOld = try row.integer("id")
                // VerdictCursor needs what a callback claims, which stands beside its body.
                let isMeant = try rule == .bodies ? row.integer("has_body") == 1 : row.integer("waits") == 0
                if isMeant { ids.append(try row.integer("id")) }
            }
            // One receiver's ids ascend with time: behind so many that are young there are no old ones. A later round
            // goes on behind the last old one, so that the young are looked at again when they are old. Of several
            // receivers, one that lags would only have its callbacks kept for longer.
            return (ids: ids, next: rows.count < Self.looked ? nil : lastOld)
        }
        guard !found.ids.isEmpty else { return (0, found.next) }
        let changed = try await change("removing expired callbacks") { transaction in
            var changed = 0
            for id in found.ids {
                switch rule {
                case .bodies:
                    try transaction.run("UPDATE callbacks SET body = NULL WHERE id = ?", [id])
                    changed += transaction.db.changesCount
                case .callbacks:
                    try transaction.run("DELETE FROM callbacks WHERE id = ? AND verdict <> 'waiting'", [id])
                    guard transaction.db.changesCount > 0 else { continue }
                    changed += 1
                    try transaction.run("DELETE FROM renumbered WHERE id = ?", [id])
                case .quarantine, .attempts: break  // Above.
                }
            }
            return changed
        }
        return (changed, found.next)
    }

    /// There are few of them, one for each content: no reader has to look for them first.
    private func forgetQuarantined(
        before time: Timestamp,
        limit: Int
    ) async throws(LedgerError) -> (changed: Int, next: Int64?) {
        let changed = try await change("removing entries about quarantined documents") { transaction in
            try transaction.run(
                "DELETE FROM quarantine WHERE id IN (SELECT id FROM quarantine WHERE recorded_at_ms < ? LIMIT ?)",
                [time.milliseconds, limit]
            )
            return transaction.db.changesCount
        }
        return (changed, changed < limit ? nil : 0)
    }

    /// Attempts lie in the order of their deliveries: behind so many that are young there are few old ones, which wait.
    private func forgetAttempts(
        before time: Timestamp,
        limit: Int
    ) async throws(LedgerError) -> (changed: Int, next: Int64?) {
        let changed = try await change("removing delivery attempts") { transaction in
            try transaction.run(
                """
                DELETE FROM attempts WHERE (delivery, number) IN (
                    SELECT delivery, number FROM (
                        SELECT delivery, number, started_at_ms FROM attempts ORDER BY delivery, number LIMIT ?
                    ) WHERE started_at_ms < ? LIMIT ?
                )
                """,
                [Self.looked, time.milliseconds, limit]
            )
            return transaction.db.changesCount
        }
        return (changed, changed < limit ? nil : 0)
    }

    /// Callbacks that a reader looks at in one go.
    private static let looked = 4096
}
