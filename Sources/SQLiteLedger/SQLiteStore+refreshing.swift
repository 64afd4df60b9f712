public import BaseKit
import GRDB
public import RicevutaCore

extension SQLiteStore {
    /// How many jobs one transaction brings forward: few enough that no callback waits long.
    private static let most = 500

    /// Brings the read-backs of all orders forward; see ``VerificationLedger/catchUp(spacing:now:)``.
    public func catchUp(spacing: Duration, now: Timestamp) async throws(LedgerError) -> CatchUp {
        let idle = writer.boot?.lastSeen.map { max(.zero, now - $0) }
        let overdue = try await read("counting orders to catch up on") { db in
            try Int.fetchOne(
                db,
                sql: "SELECT count(*) FROM jobs WHERE lane = 'verify' AND due_ms <= ?",
                arguments: [now.milliseconds]
            ) ?? 0
        }
        // Found by a reader: the writer, which callbacks wait for, only touches what is to be changed.
        let waiting = try await list("finding orders to catch up on") { rows in
            try rows.list(
                """
                SELECT j.id, max(coalesce(o.last_asked_ms, 0), coalesce(o.last_read_back_ms, 0)) AS asked_ms
                FROM jobs j JOIN orders o ON o.key = j.subject WHERE j.lane = 'verify' AND j.due_ms > ?
                ORDER BY asked_ms, j.id
                """,
                [now.milliseconds]
            ) { row throws(UnreadableRow) in
                (job: try row.integer("id"), lastAsked: try row.time("asked_ms"))
            }
        }
        let plan = writer.configuration.rules.readBacks
        for start in stride(from: 0, to: waiting.count, by: Self.most) {
            let places = start..<min(start + Self.most, waiting.count)
            try await change("bringing order reads forward") { transaction in
                for place in places {
                    let due = CatchUp.due(
                        place: place,
                        spacing: spacing,
                        lastAsked: waiting[place].lastAsked,
                        plan: plan,
                        now: now
                    )
                    try transaction.run(
                        """
                        UPDATE jobs SET due_ms = ?1, scheduled_ms = ?2
                        WHERE id = ?3 AND due_ms > ?1 AND lease_boot IS NULL
                        """,
                        [due.milliseconds, now.milliseconds, waiting[place].job]
                    )
                    if place == places.lowerBound { transaction.wake(.verify, due: due, now: now) }
                }
            }
        }
        return CatchUp(orders: overdue + waiting.count, idle: idle)
    }

    /// Has orders read back now, all of some or none.
    public func refresh(_ orders: [Int64], spacing: Duration, now: Timestamp) async throws(LedgerError) {
        try await change("asking for order reads") { transaction in
            for (place, key) in orders.enumerated() {
                guard try transaction.order(key: key) != nil else {
                    throw LedgerError.notFound(what: "order", name: String(key))
                }
                try transaction.keep(OrderChange(at: now, cause: .command, note: OrderChange.refresh), of: key)
                try transaction.arm(.verify, subject: key, due: now + spacing * place, now: now, source: .refresh)
            }
        }
    }

    /// Whether the last heartbeat of a receiver that runs holds yet.
    public func isServed(now: Timestamp) async throws(LedgerError) -> Bool {
        try await read("looking for a running receiver") { db in
            try Bool.fetchOne(
                db,
                sql: "SELECT EXISTS (SELECT 1 FROM receivers WHERE boot IS NOT NULL AND alive_until_ms > ?)",
                arguments: [now.milliseconds]
            ) ?? false
        }
    }
}
