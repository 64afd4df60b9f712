import BaseKit
import GRDB
public import RicevutaCore
import Visengine

extension SQLiteStore {
    /// Notifications, oldest first.
    ///
    /// They are numbered in the order in which their transactions are committed: what is committed later has a greater
    /// number than anything that was seen.
    public func notifications(_ query: NotificationQuery) async throws(LedgerError) -> NotificationPage {
        let newest = try await read("counting notifications") { db in
            try Int64.fetchOne(db, sql: "SELECT max(number) FROM notifications") ?? 0
        }
        guard newest > query.after, query.limit > 0 else {
            return NotificationPage(entries: [], last: max(newest, query.after))
        }
        let entries = try await list("reading notifications") { rows in
            var conditions = ["n.number > ?", "n.number <= ?"]
            var arguments: StatementArguments = [query.after, newest]
            func require(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
                guard let value else { return }
                conditions.append(condition)
                arguments += [value]
            }
            require("n.type = ?", query.type?.rawValue)
            require("n.order_key = ?", query.orderKey)
            require("? IN (n.item, n.item_name)", query.item)
            require("n.reference = ?", query.reference?.rawValue)
            require("n.occurred_at_ms >= ?", query.since?.milliseconds)
            require(
                "EXISTS (SELECT 1 FROM deliveries d WHERE d.notification = n.number AND d.sink = ?)",
                query.sink?.rawValue
            )
            return try rows.list(
                """
                SELECT n.number, \(Notification.columns), (
                    SELECT group_concat(DISTINCT d.sink) FROM deliveries d WHERE d.notification = n.number
                ) AS sinks
                FROM notifications n WHERE \(conditions.joined(separator: " AND ")) ORDER BY n.number
                """,
                arguments,
                limit: query.limit
            ) { row throws(UnreadableRow) in try NotificationEntry(row: row) }
        }
        let isFull = entries.count == query.limit
        return NotificationPage(entries: entries, last: isFull ? entries.last?.number ?? newest : newest)
    }
}

extension NotificationEntry {
    fileprivate init(row: Row) throws(UnreadableRow) {
        // No name of a sink has a comma.
        let names = try row.optionalText("sinks")?.split(separator: ",").map(String.init) ?? []
        self.init(
            number: try row.integer("number"),
            notification: try Notification(row: row),
            sinks: names.sorted().compactMap(SinkName.init(rawValue:))
        )
    }
}
