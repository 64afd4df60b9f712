import BaseKit
import GRDB
public import RicevutaCore
import Visengine

extension SQLiteStore {
    /// Orders, newest first.
    ///
    /// Rows that cannot be read are left out of this list and of all others, and counted
    /// (``LedgerStatistics/unlistedRows``).
    public func orders(_ query: OrderQuery) async throws(LedgerError) -> [OrderRecord] {
        try await list("listing orders") { rows in
            var conditions = ["1"]
            var arguments = StatementArguments()
            if let state = query.state {
                // An unknown state is kept as the provider writes it, and compared by its folded name below.
                if case .unknown = state {
                    conditions.append("state LIKE 'unknown:%'")
                } else {
                    conditions.append("state = ?")
                    arguments += [state.stored]
                }
            }
            if let placement = query.placement {
                conditions.append("state IS NULL AND placement = ?")
                arguments += [placement.rawValue]
            }
            if query.isOpen {
                conditions.append(
                    "placement <> 'refused' AND (state IS NULL OR state NOT IN ('fulfilled', 'cancelled') "
                        + "OR document = 'due')"
                )
            }
            if let item = query.item {
                conditions.append("(item = ? OR item_name LIKE ? ESCAPE '\\')")
                arguments += [item, "%\(Self.literal(item))%"]
            }
            if let reference = query.reference {
                conditions.append("reference = ?")
                arguments += [reference.rawValue]
            }
            if let since = query.since {
                conditions.append("created_at_ms >= ?")
                arguments += [since.milliseconds]
            }
            if let before = query.before {
                conditions.append("key < ?")
                arguments += [before]
            }
            let sql = """
                SELECT \(OrderRecord.columns) FROM orders WHERE \(conditions.joined(separator: " AND "))
                ORDER BY key DESC
                """
            return try rows.list(sql, arguments, limit: query.limit) { row throws(UnreadableRow) in
                let order = try OrderRecord(row: row)
                return query.state == nil || query.state?.name == order.state?.name ? order : nil
            }
        }
    }

    /// Orders that somebody may have to look at, those first that wait for a person.
    public func troubledOrders(limit: Int) async throws(LedgerError) -> [OrderRecord] {
        try await list("listing troubled orders") { rows in
            try rows.list(
                """
                SELECT \(OrderRecord.columns) FROM orders WHERE key IN (
                    SELECT subject FROM jobs WHERE lane IN ('verify', 'fetch') AND last_reason IS NOT NULL
                    UNION SELECT key FROM orders WHERE choice_since_ms IS NOT NULL
                    UNION SELECT key FROM orders WHERE document = 'failed'
                    UNION SELECT key FROM orders WHERE late_since_ms IS NOT NULL
                        AND coalesce(state, '') NOT IN ('available', 'fulfilled', 'cancelled')
                ) ORDER BY choice_since_ms IS NULL, document <> 'failed', document <> 'due', key
                """,
                limit: limit
            ) { row throws(UnreadableRow) in try OrderRecord(row: row) }
        }
    }

    /// A text as `LIKE` looks for it as it is.
    static func literal(_ text: String) -> String {
        text.replacing(#"\"#, with: #"\\"#).replacing("%", with: #"\%"#).replacing("_", with: #"\_"#)
    }

    /// One order by its id, its nonce or its number, or by what its id or nonce begins with.
    public func order(named name: String) async throws(LedgerError) -> OrderRecord? {
        try await read("reading an order") { db in
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT \(OrderRecord.columns) FROM orders
                    WHERE provider_id = ?1 OR nonce = ?1 OR claimed_id = ?1 OR key = ?2 OR provider_id = ?3
                    ORDER BY provider_id IS ?1 DESC, nonce IS ?1 DESC, claimed_id IS ?1 DESC, key IS ?2 DESC LIMIT 1
                    """,
                arguments: [name, Int64(name), name.lowercased()]
            )
            if let row { return try OrderRecord(row: row) }
            guard name.utf8.count >= OrderQuery.shortestPrefix, name.utf8.allSatisfy({ $0 < 128 }) else { return nil }
            // As a range, so that the indexes find it: no id has a character behind the tilde.
            let begun = try Row.fetchAll(
                db,
                sql: """
                    SELECT \(OrderRecord.columns) FROM orders WHERE (provider_id >= ?1 AND provider_id < ?1 || '~')
                        OR (provider_id >= ?2 AND provider_id < ?2 || '~') OR (nonce >= ?1 AND nonce < ?1 || '~')
                    LIMIT 3
                    """,
                arguments: [name, name.lowercased()]
            )
            let orders = try begun.map { row throws(UnreadableRow) in try OrderRecord(row: row) }
            if orders.count > 1 { throw LedgerError.ambiguous(orders: orders, name: name) }
            return orders.first
        }
    }
}
