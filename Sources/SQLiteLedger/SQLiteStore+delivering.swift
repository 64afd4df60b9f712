public import BaseKit
import GRDB
public import RicevutaCore

extension SQLiteStore: DeliveryLedger {
    /// Takes due deliveries, oldest due first, each sink by itself.
    public func leaseDeliveries(
        room: [SinkName: Int],
        now: Timestamp,
        leaseFor: Duration
    ) async throws(LedgerError) -> [DeliverWork] {
        try await lease(.deliver, now: now) { transaction in
            let stopped = try Set(
                transaction.rows("SELECT sink FROM disabled_sinks UNION SELECT sink FROM paused_sinks", [])
                    .map { try $0.text("sink") }
            )
            var leased: [DeliverWork] = []
            for (sink, limit) in room where !stopped.contains(sink.rawValue) {
                let jobs = try transaction.lease(.deliver(sink), limit: limit, now: now, leaseFor: leaseFor)
                for job in jobs {
                    let work = try transaction.orUnreadable(job, now: now) {
                        try transaction.delivery(of: job, to: sink)
                    }
                    if let work { leased.append(work) }
                }
            }
            return leased
        }
    }

    /// Records how an attempt ended and what comes next.
    public func finish(
        _ work: DeliverWork,
        action: DeliveryRetryPolicy.Action,
        attempt: AttemptEntry,
        now: Timestamp
    ) async throws(LedgerError) {
        try await change("recording a delivery", endingWorkUnder: work.lease) { transaction in
            let number = try transaction.held(work.lease).subject
            try transaction.keep(attempt, of: number)
            switch action {
            case .complete: try transaction.endDelivery(number, work, .delivered, reason: nil, now: now)
            case .deadLetter(let reason): try transaction.endDelivery(number, work, .dead, reason: reason, now: now)
            case .disableSink(let reason):
                try transaction.run(
                    "INSERT INTO disabled_sinks(sink, reason, disabled_at_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                    [work.sink.rawValue, reason, now.milliseconds]
                )
                try transaction.putOff(number, work, until: now, reason: reason)
            case .retry(let after, let reason):
                try transaction.putOff(number, work, until: now + after, reason: reason)
                transaction.wake(.deliver, due: now + after, now: now)
            }
        }
    }
}

extension LedgerTransaction {
    fileprivate func delivery(of job: LeasedJob, to sink: SinkName) throws -> DeliverWork? {
        let found = try row(
            """
            SELECT d.id AS delivery_id, o.trace, \(Notification.columns)
            FROM deliveries d JOIN notifications n ON n.number = d.notification
                LEFT JOIN orders o ON o.key = n.order_key
            WHERE d.number = ?
            """,
            [job.subject]
        )
        guard let found else { return nil }
        return DeliverWork(
            lease: job.lease,
            deliveryID: try found.text("delivery_id"),
            sink: sink,
            notification: try Notification(row: found),
            // One that cannot be read is left out: no delivery is worth less for it.
            trace: String.fromDatabaseValue(found["trace"]).flatMap(TraceParent.init)
        )
    }

    fileprivate func putOff(_ number: Int64, _ work: DeliverWork, until due: Timestamp, reason: String) throws {
        try run(
            "UPDATE deliveries SET attempts = ?, last_error = ? WHERE number = ?",
            [work.lease.attempt, reason, number]
        )
        try postpone(work.lease, until: due, reason: reason)
    }

    /// Keeps one attempt, and the newest before it.
    fileprivate func keep(_ attempt: AttemptEntry, of delivery: Int64) throws {
        // A job whose row was damaged counts anew.
        try run(
            """
            INSERT OR REPLACE INTO attempts(delivery, number, started_at_ms, duration_ms, outcome, status, body, error)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                delivery, attempt.number, attempt.startedAt.milliseconds, attempt.duration.wholeMilliseconds,
                attempt.outcome.rawValue, attempt.status, attempt.body, attempt.error,
            ]
        )
        guard attempt.number > AttemptEntry.kept else { return }
        try run(
            "DELETE FROM attempts WHERE delivery = ? AND number <= ?",
            [delivery, attempt.number - AttemptEntry.kept]
        )
    }

    fileprivate func endDelivery(
        _ number: Int64,
        _ work: DeliverWork,
        _ state: DeliveryState,
        reason: String?,
        now: Timestamp
    ) throws {
        try run(
            "UPDATE deliveries SET state = ?, attempts = ?, last_error = ?, ended_at_ms = ? WHERE number = ?",
            [state.rawValue, work.lease.attempt, reason, now.milliseconds, number]
        )
        try end(job: work.lease.job)
    }
}
