public import BaseKit
import GRDB
public import RicevutaCore

extension SQLiteStore: FetchLedger {
    /// Takes due fetch jobs, oldest due first.
    public func leaseFetches(
        limit: Int,
        now: Timestamp,
        leaseFor: Duration
    ) async throws(LedgerError) -> [FetchWork] {
        try await lease(.fetch, now: now) { transaction in
            try transaction.lease(.fetch, limit: limit, now: now, leaseFor: leaseFor).compactMap { job in
                try transaction.orUnreadable(job, now: now) {
                    try transaction.order(key: job.subject).map {
                        let maxBytes = try transaction.allowedDocumentBytes(order: $0.key)
                        return FetchWork(lease: job.lease, order: $0, maxBytes: maxBytes)
                    }
                }
            }
        }
    }

    /// Records a document that is in the archive, and publishes it once.
    public func stored(
        _ document: StoredDocument,
        for work: FetchWork,
        routing: DeliveryRouting,
        now: Timestamp
    ) async throws(LedgerError) {
        try await change("recording a document", endingWorkUnder: work.lease) { transaction in
            var order = try transaction.heldOrder(work)
            try transaction.run(
                """
                INSERT INTO documents(order_key, sha256, size_bytes, kind, name, recorded_at_ms)
                VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT(order_key) DO NOTHING
                """,
                [
                    order.key, document.sha256, document.size, document.kind.rawValue, document.name,
                    now.milliseconds,
                ]
            )
            // There is one when the archive had lost it.
            if transaction.db.changesCount == 0 { try transaction.replace(document, ofOrder: order.key, now: now) }
            order.document = .stored
            try transaction.save(order)
            try transaction.keep(OrderChange(at: now, cause: .fetch, document: .stored), of: order.key)
            try transaction.enqueueNotification(
                .documentAvailable,
                of: order,
                document: document,
                routing: routing,
                now: now
            )
            try transaction.end(job: work.lease.job)
        }
    }

    /// Records a document that failed a check, and sets the next attempt.
    public func quarantined(
        _ document: QuarantinedDocument,
        for work: FetchWork,
        retryAt: Timestamp,
        now: Timestamp
    ) async throws(LedgerError) {
        try await change("recording a quarantined document", endingWorkUnder: work.lease) { transaction in
            let job = try transaction.held(work.lease)
            let order = try transaction.heldOrder(work)
            // The same content again is the same entry: a path is named by its content.
            try transaction.run(
                "UPDATE quarantine SET reason = ?, recorded_at_ms = ? WHERE order_key = ? AND path = ?",
                [document.reason, now.milliseconds, order.key, document.path]
            )
            if transaction.db.changesCount == 0 {
                try transaction.run(
                    """
                    INSERT INTO quarantine(order_key, reason, path, size_bytes, recorded_at_ms) VALUES (?, ?, ?, ?, ?)
                    """,
                    [order.key, document.reason, document.path, document.size, now.milliseconds]
                )
            }
            let due = try transaction.due(of: job, .fetch, atLatest: retryAt)
            try transaction.postpone(work.lease, until: due, reason: document.reason, refusedAt: now)
            transaction.wake(.fetch, due: due, now: now)
        }
    }

    /// Gives up on a document, unless it was asked for again meanwhile.
    public func abandonFetch(_ work: FetchWork, reason: String, now: Timestamp) async throws(LedgerError) {
        try await change("giving up on a document", endingWorkUnder: work.lease) { transaction in
            let job = try transaction.held(work.lease)
            guard !job.isAskedAgain else {
                try transaction.postpone(work.lease, until: job.due, reason: reason)
                return transaction.wake(.fetch, due: job.due, now: now)
            }
            let order = try transaction.heldOrder(work)
            try transaction.run(
                "UPDATE orders SET document = 'failed', problem = ? WHERE key = ?",
                [reason, order.key]
            )
            let change = OrderChange(at: now, cause: .fetch, document: .failed, note: reason)
            try transaction.keep(change, of: order.key)
            try transaction.end(job: work.lease.job)
        }
    }
}

extension LedgerTransaction {
    /// Takes another document for one that was lost, also in what is to be delivered: the provider may make it anew
    /// each time.
    fileprivate func replace(_ document: StoredDocument, ofOrder key: Int64, now: Timestamp) throws {
        try run(
            """
            UPDATE documents SET sha256 = ?, size_bytes = ?, kind = ?, name = ?, recorded_at_ms = ?
            WHERE order_key = ? AND sha256 <> ?
            """,
            [
                document.sha256, document.size, document.kind.rawValue, document.name, now.milliseconds, key,
                document.sha256,
            ]
        )
        try run(
            """
            UPDATE notifications SET document_sha256 = ?, document_bytes = ?, document_kind = ?, document_name = ?
            WHERE order_key = ? AND document_sha256 IS NOT NULL
            """,
            [document.sha256, document.size, document.kind.rawValue, document.name, key]
        )
    }

    /// The most bytes that an operator allowed an order's document.
    fileprivate func allowedDocumentBytes(order key: Int64) throws -> Int64? {
        try row("SELECT max_bytes FROM document_limits WHERE order_key = ?", [key])?.integer("max_bytes")
    }

    /// The order of a fetch whose lease still holds; the row may have another number by now.
    fileprivate func heldOrder(_ work: FetchWork) throws -> OrderRecord {
        let job = try held(work.lease)
        guard let order = try order(key: job.subject) else { throw LedgerError.leaseLost(job: work.lease.job) }
        return order
    }
}
