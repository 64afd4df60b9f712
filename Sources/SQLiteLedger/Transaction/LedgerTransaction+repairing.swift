import BaseKit
import GRDB
import RicevutaCore

/// Jobs whose rows are damaged: one must not stop the others.
extension LedgerTransaction {
    /// How long a job whose rows cannot be read is left alone.
    private static let unreadablePause = Duration.seconds(3600)

    /// Quarantines every job with a value of the wrong type: its row would stop all that sorts or changes jobs.
    func repairJobs(now: Timestamp) throws {
        let columns = ["subject", "due_ms", "attempt", "revision", "crashes", "scheduled_ms"]
        let optional = ["lease_boot", "lease_serial", "lease_until_ms"]
        let conditions =
            columns.map { "typeof(\($0)) <> 'integer'" } + optional.map { "typeof(\($0)) NOT IN ('integer', 'null')" }
            + ["typeof(lane) <> 'text'", "typeof(source) <> 'text'", "typeof(last_reason) NOT IN ('text', 'null')"]
        let damaged = try rows("SELECT id FROM jobs WHERE \(conditions.joined(separator: " OR "))", [])
        for row in damaged { try quarantine(job: row.integer("id"), UnreadableRow(column: "of a job"), now: now) }
    }

    /// Leaves a job alone for a while whose rows cannot be read.
    ///
    /// All but how often it was tried follows from its number and its subject, and is written anew: SQLite refuses to
    /// change a row that has a value of the wrong type, whichever column is changed.
    func quarantine(job: Int64, _ error: UnreadableRow, now: Timestamp) throws {
        unreadableRows += 1
        try run(
            """
            UPDATE jobs SET
                lane = CASE id & 3 WHEN 0 THEN 'verify' WHEN 1 THEN 'fetch'
                    ELSE coalesce('deliver:' || (SELECT sink FROM deliveries WHERE number = jobs.id >> 2), lane) END,
                subject = id >> 2, due_ms = ?, scheduled_ms = ?,
                attempt = iif(typeof(attempt) = 'integer', attempt, 0),
                revision = iif(typeof(revision) = 'integer', revision, 1),
                source = iif(source IN ('callback', 'poll', 'refresh'), source, 'poll'),
                lease_boot = NULL, lease_serial = NULL, lease_until_ms = NULL, crashes = 0, last_reason = ?
            WHERE id = ?
            """,
            [(now + Self.unreadablePause).milliseconds, now.milliseconds, "\(error)", job]
        )
    }
}
