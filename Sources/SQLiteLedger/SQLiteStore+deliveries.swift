import BaseKit
import GRDB
public import RicevutaCore
import Visengine

// What operators read of deliveries.

extension SQLiteStore {
    private static let entry = """
        SELECT d.id AS delivery_id, d.sink, d.state AS delivery_state, d.attempts, d.last_error,
            d.replay_of, d.created_at_ms, j.due_ms, \(Notification.columns)
        FROM deliveries d JOIN notifications n ON n.number = d.notification
        LEFT JOIN jobs j ON j.id = d.number * 4 + 2
        """

    /// Deliveries, newest first.
    public func deliveries(_ query: DeliveryQuery) async throws(LedgerError) -> [DeliveryEntry] {
        try await list("listing deliveries") { rows in
            var conditions = ["1"]
            var arguments = StatementArguments()
            func require(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
                guard let value else { return }
                conditions.append(condition)
                arguments += [value]
            }
            if !query.states.isEmpty {
                conditions.append("d.state IN (\(query.states.map { "'\($0.rawValue)'" }.joined(separator: ", ")))")
            }
            require("d.sink = ?", query.sink?.rawValue)
            require("n.order_key = ?", query.orderKey)
            require("n.type = ?", query.type?.rawValue)
            require("? IN (n.item, n.item_name)", query.item)
            require("n.order_key IN (SELECT key FROM orders WHERE reference = ?)", query.reference?.rawValue)
            require("d.created_at_ms >= ?", query.since?.milliseconds)
            require("d.number < (SELECT number FROM deliveries WHERE id = ?)", query.before)
            let sql = "\(Self.entry) WHERE \(conditions.joined(separator: " AND ")) ORDER BY d.number DESC"
            return try rows.list(sql, arguments, limit: query.limit) { row throws(UnreadableRow) in
                try DeliveryEntry(row: row)
            }
        }
    }

    /// The delivery whose id begins with a text.
    public func delivery(matching prefix: String) async throws(LedgerError) -> DeliveryEntry? {
        try await read("reading a delivery") { db in
            let ids = try String.fetchAll(
                db,
                sql: "SELECT id FROM deliveries WHERE id >= ?1 AND id < ?1 || char(0x10FFFF) ORDER BY id LIMIT 3",
                arguments: [DeliveryEntry.idPrefix(prefix)]
            )
            guard let id = try DeliveryEntry.one(of: ids, matching: prefix) else { return nil }
            let row = try Row.fetchOne(db, sql: "\(Self.entry) WHERE d.id = ?", arguments: [id])
            return try row.map { row throws(UnreadableRow) in try DeliveryEntry(row: row) }
        }
    }

    /// The kept attempts of a delivery, oldest first.
    public func attempts(ofDelivery id: String) async throws(LedgerError) -> [AttemptEntry] {
        try await list("listing attempts") { rows in
            try rows.list(
                """
                SELECT number, started_at_ms, duration_ms, outcome, status, body, error FROM attempts
                WHERE delivery = (SELECT number FROM deliveries WHERE id = ?) ORDER BY number
                """,
                [id]
            ) { row throws(UnreadableRow) in try AttemptEntry(row: row) }
        }
    }
}

extension AttemptEntry {
    fileprivate init(row: Row) throws(UnreadableRow) {
        self.init(
            number: Int(try row.integer("number")),
            startedAt: try row.time("started_at_ms"),
            duration: .milliseconds(try row.integer("duration_ms")),
            outcome: try row.name("outcome"),
            status: try row.optionalInteger("status").map { Int($0) },
            body: try row.optionalText("body"),
            error: try row.optionalText("error")
        )
    }
}
