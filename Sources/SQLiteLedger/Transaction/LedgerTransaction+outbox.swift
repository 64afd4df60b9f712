import BaseKit
import GRDB
import RicevutaCore
import Visengine

extension LedgerTransaction {
    /// Writes a notification about an order, and a delivery with its job for each sink that wants it.
    ///
    /// - Returns: Whether it is new: each fact is published once, and so is the document of each order.
    @discardableResult
    func enqueueNotification(
        _ type: NotificationType,
        of order: OrderRecord,
        previousState: OrderState? = nil,
        document: StoredDocument? = nil,
        routing: DeliveryRouting,
        now: Timestamp
    ) throws -> Bool {
        let notification = try Notification(
            type,
            of: order,
            previousState: previousState,
            document: document,
            occurrence: try occurrences(of: type, order),
            now: now
        )
        try insert(notification)
        guard db.changesCount > 0 else { return false }
        let number = db.lastInsertedRowID
        for sink in routing.sinks(for: notification) {
            _ = try addDelivery(of: number, to: sink, replayOf: nil, now: now)
        }
        return true
    }

    /// Writes a delivery, due now.
    ///
    /// - Returns: Its id.
    func addDelivery(of notification: Int64, to sink: SinkName, replayOf: String?, now: Timestamp) throws -> String {
        let id = Self.newID("dlv_")
        try run(
            """
            INSERT INTO deliveries(id, notification, sink, state, replay_of, created_at_ms)
            VALUES (?, ?, ?, 'pending', ?, ?)
            """,
            [id, notification, sink.rawValue, replayOf, now.milliseconds]
        )
        try arm(.deliver(sink), subject: db.lastInsertedRowID, due: now, now: now)
        return id
    }

    private func occurrences(of type: NotificationType, _ order: OrderRecord) throws -> Int64 {
        let found = try row(
            // As in ``evaluateCallbacks(of:)``, the type is no argument.
            "SELECT count(*) AS n FROM notifications WHERE order_key = ? AND type = '\(type.rawValue)' AND state IS ?",
            [order.key, order.state?.stored]
        )
        return try found?.integer("n") ?? 0
    }

    private func insert(_ notification: Notification) throws {
        let document = notification.document
        try run(
            """
            INSERT INTO notifications(id, type, occurred_at_ms, order_key, provider, order_id, item,
                item_name, state, previous_state, last_update_ms, outcome_code, outcome_info, document_sha256,
                document_bytes, document_kind, document_name, cancellation, reference)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            [
                notification.id, notification.type.rawValue, notification.occurredAt.milliseconds,
                notification.orderKey, notification.provider.rawValue, notification.orderID.rawValue,
                notification.item?.rawValue, notification.itemName, notification.state?.stored,
                notification.previousState?.stored, notification.lastUpdate?.milliseconds,
                notification.outcome?.code, notification.outcome?.info, document?.sha256, document?.size,
                document?.kind.rawValue, document?.name, notification.cancellationReason,
                notification.reference?.rawValue,
            ]
        )
    }

    private static func newID(_ prefix: String) -> String { prefix + OrderNonce.random().rawValue }
}

extension Notification {
    /// The columns that ``init(row:)`` reads, of the table `notifications` named `n`.
    static let columns = """
        n.id AS notification_id, n.type, n.occurred_at_ms, n.order_key, n.provider, n.order_id, n.item,
        n.item_name, n.state AS order_state, n.previous_state, n.last_update_ms, n.outcome_code, n.outcome_info,
        n.document_sha256, n.document_bytes, n.document_kind, n.document_name, n.cancellation,
        n.reference
        """

    init(row: Row) throws(UnreadableRow) {
        var document: StoredDocument?
        if let sha256 = try row.optionalText("document_sha256") {
            document = StoredDocument(
                sha256: sha256,
                size: try row.integer("document_bytes"),
                kind: try row.name("document_kind"),
                name: try row.optionalText("document_name")
            )
        }
        self.init(
            id: try row.text("notification_id"),
            type: try row.name("type"),
            occurredAt: try row.time("occurred_at_ms"),
            orderKey: try row.integer("order_key"),
            provider: try row.name("provider"),
            orderID: try row.name("order_id"),
            item: try row.optionalName("item"),
            itemName: try row.optionalText("item_name"),
            reference: try row.optionalName("reference"),
            state: try row.state("order_state"),
            previousState: try row.state("previous_state"),
            lastUpdate: try row.optionalTime("last_update_ms"),
            outcome: try row.outcome(),
            cancellationReason: try row.optionalText("cancellation"),
            document: document
        )
    }
}
