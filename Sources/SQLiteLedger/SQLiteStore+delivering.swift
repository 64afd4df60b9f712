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
            let disabled = try Set(transaction.rows("SELECT sink FROM disabled_sinks", []).map { try $0.text("sink") })
            var leased: [DeliverWork] = []
            for (sink, limit) in room where !disabled.contains(sink.rawValue) {
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
        now: Timestamp
    ) async throws(LedgerError) {
        try await change("recording a delivery", endingWorkUnder: work.lease) { transaction in
            let number = try transaction.held(work.lease).subject
            switch action {
            case .complete: try transaction.endDelivery(number, work, .delivered, reason: nil, now: now)
            case .deadLetter(let reason): try transaction.endDelivery(number, work, .dead, reason: reason, now: now)
            case .disableSink(let reason):
                try transaction.endDelivery(number, work, .dead, reason: reason, now: now)
                try transaction.run(
                    "INSERT INTO disabled_sinks(sink, reason, disabled_at_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                    [work.sink.rawValue, reason, now.milliseconds]
                )
            case .retry(let after, let reason):
                try transaction.run(
                    "UPDATE deliveries SET attempts = ?, last_error = ? WHERE number = ?",
                    [work.lease.attempt, reason, number]
                )
                try transaction.postpone(work.lease, until: now + after, reason: reason)
                transaction.wake(.deliver, due: now + after, now: now)
            }
        }
    }

    /// The sinks that are disabled, with the reason.
    public func disabledSinks() async throws(LedgerError) -> [SinkName: String] {
        try await list("listing disabled sinks") { rows in
            let sinks = try rows.list("SELECT sink, reason FROM disabled_sinks") {
                row throws(UnreadableRow) -> (SinkName, String) in
                (try row.name("sink"), try row.text("reason"))
            }
            return Dictionary(sinks) { first, _ in first }
        }
    }
}

extension LedgerTransaction {
    fileprivate func delivery(of job: LeasedJob, to sink: SinkName) throws -> DeliverWork? {
        let found = try row(
            """
            SELECT d.id AS delivery_id, \(Notification.columns)
            FROM deliveries d JOIN notifications n ON n.number = d.notification WHERE d.number = ?
            """,
            [job.subject]
        )
        guard let found else { return nil }
        return DeliverWork(
            lease: job.lease,
            deliveryID: try found.text("delivery_id"),
            sink: sink,
            notification: try Notification(row: found)
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
