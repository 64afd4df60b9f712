import BaseKit
import GRDB
public import RicevutaCore

/// What the open jobs of one kind in one lane look like together.
///
/// A damaged row is counted, too: SQLite takes its values for what they are.
struct OpenWork {
    let kind: JobKind
    /// The sink of deliveries; `nil` for other kinds, and where its name cannot be read.
    let sink: SinkName?
    let lane: String
    let count: Int
    /// How many have failed since they were last done.
    let failed: Int
    /// The least of their subjects: of deliveries, the oldest.
    let oldest: Int64?
    let nextDue: Timestamp?
    /// When the first became due of those that could be taken now: what is being done is not late, and what waits for
    /// an operator is not either.
    let lateSince: Timestamp?

    /// All of it, in one pass over the open jobs.
    ///
    /// A command has no boot of its own; the leases of each receiver's last one are those that hold.
    static func all(_ db: Database, now: Timestamp) throws -> [OpenWork] {
        let sql = """
            SELECT lane, id % 4 AS kind, count(*) AS n, count(last_reason) AS failed, min(subject) AS oldest,
                min(due_ms) AS next, min(CASE WHEN
                (lease_boot IS NULL OR lease_until_ms <= ?
                    OR lease_boot NOT IN (SELECT boot FROM receivers WHERE boot IS NOT NULL))
                AND lane NOT IN (SELECT 'deliver:' || sink FROM disabled_sinks
                    UNION SELECT 'deliver:' || sink FROM paused_sinks) THEN due_ms END) AS late
            FROM jobs GROUP BY lane, kind
            """
        return try Row.fetchAll(db, sql: sql, arguments: [now.milliseconds]).compactMap { row in
            guard let kind = JobNumber.kind(digit: try row.integer("kind")) else { return nil }
            let lane = String.fromDatabaseValue(row["lane"]) ?? ""
            return OpenWork(
                kind: kind,
                sink: kind == .deliver ? SinkName(rawValue: String(lane.dropFirst(JobLane.deliverPrefix.count))) : nil,
                lane: lane,
                count: Int(try row.integer("n")),
                failed: Int(try row.integer("failed")),
                oldest: Int64.fromDatabaseValue(row["oldest"]),
                nextDue: Int64.fromDatabaseValue(row["next"]).map(Timestamp.init(milliseconds:)),
                lateSince: Int64.fromDatabaseValue(row["late"]).map(Timestamp.init(milliseconds:))
            )
        }
    }
}

extension SinkSummary {
    /// What is known of each sink for which there is anything to say.
    static func all(_ db: Database, of work: [OpenWork]) throws -> [SinkName: SinkSummary] {
        var sinks: [SinkName: SinkSummary] = [:]
        func createdAt(_ delivery: Int64?) throws -> Timestamp? {
            let sql = "SELECT created_at_ms FROM deliveries WHERE number = ?"
            return try Int64.fetchOne(db, sql: sql, arguments: [delivery]).map(Timestamp.init(milliseconds:))
        }
        for work in work {
            guard let sink = work.sink else { continue }
            var summary = SinkSummary(waiting: work.count, retrying: work.failed, nextAttempt: work.nextDue)
            summary.oldestWaiting = try createdAt(work.oldest)
            if work.failed > 0 {
                // From the end of the index: what was put off for the longest has failed, so that few are looked at.
                summary.lastError = try String.fetchOne(
                    db,
                    sql: """
                        SELECT last_reason FROM jobs WHERE lane = ? AND last_reason IS NOT NULL
                        ORDER BY due_ms DESC, id DESC LIMIT 1
                        """,
                    arguments: [work.lane]
                )
            }
            sinks[sink] = summary
        }
        func each(_ sql: String, _ body: (SinkName, Row) throws -> Void) throws {
            for row in try Row.fetchAll(db, sql: sql) {
                guard let text = String.fromDatabaseValue(row["sink"]), let sink = SinkName(rawValue: text) else {
                    continue
                }
                try body(sink, row)
            }
        }
        // Left to itself, SQLite would take the index of all states, and look each row up for its sink.
        let dead = """
            SELECT sink, count(*) AS n, min(number) AS oldest FROM deliveries INDEXED BY deliveries_dead
            WHERE state = 'dead' GROUP BY sink
            """
        try each(dead) { sink, row in
            sinks[sink, default: SinkSummary()].dead = Int(try row.integer("n"))
            sinks[sink]?.oldestDead = try createdAt(try row.integer("oldest"))
        }
        try each("SELECT sink, reason, disabled_at_ms AS since FROM disabled_sinks") { sink, row in
            sinks[sink, default: SinkSummary()].disabled = try Stop(row: row)
        }
        try each("SELECT sink, reason, paused_at_ms AS since FROM paused_sinks") { sink, row in
            sinks[sink, default: SinkSummary()].paused = try Stop(row: row)
        }
        return sinks
    }
}

extension SinkSummary.Stop {
    fileprivate init(row: Row) throws(UnreadableRow) {
        self.init(since: try row.time("since"), reason: try row.optionalText("reason"))
    }
}

extension SQLiteStore {
    /// What is known of each sink for which there is anything to say.
    public func sinks() async throws(LedgerError) -> [SinkName: SinkSummary] {
        try await read("counting deliveries") { db in
            // Nobody asks what is late.
            try SinkSummary.all(db, of: try OpenWork.all(db, now: Timestamp(milliseconds: 0)))
        }
    }
}
