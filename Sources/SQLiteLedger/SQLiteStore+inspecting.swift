import BaseKit
import GRDB
public import RicevutaCore
import Visengine

extension SQLiteStore: LedgerReader {
    /// What is left to do for an order.
    public func work(ofOrder key: Int64) async throws(LedgerError) -> OrderWork {
        let jobs = try await list("listing jobs") { rows in
            try rows.list(
                "SELECT id % 4 AS kind, attempt, due_ms, lease_boot, last_reason FROM jobs WHERE id IN (?, ?)",
                [JobNumber.of(.verify, key), JobNumber.of(.fetch, key)],
                limit: 2
            ) { row throws(UnreadableRow) in try JobEntry(row: row) }
        }
        let (problem, searches) = try await read("reading an order") { db in
            let row = try Row.fetchOne(
                db,
                sql: "SELECT problem, searches FROM orders LEFT JOIN order_searches ON order_key = key WHERE key = ?",
                arguments: [key]
            )
            return (try row?.optionalText("problem"), try row?.optionalText("searches"))
        }
        return OrderWork(problem: problem, jobs: jobs, searches: try Self.searches(searches))
    }

    private static func searches(_ stored: String?) throws(LedgerError) -> [Search] {
        guard let stored else { return [] }
        do throws(JSONParsingError) {
            return try JSONValue(parsing: Array(stored.utf8)).array?.compactMap(Search.init(json:)) ?? []
        } catch {
            throw .storage(doing: "reading search results", reason: "\(error)")
        }
    }

    /// The newest of an order's callbacks, oldest first.
    public func callbacks(ofOrder key: Int64, limit: Int) async throws(LedgerError) -> [CallbackEntry] {
        try await list("listing callbacks") { rows in
            let newestFirst = try rows.list(
                """
                SELECT id, received_at_ms, peer, claim_id, claim_state, claim_update_ms, claim_search, echo,
                    verdict, problem, repeats, body_bytes, \(Row.callbackID)
                FROM callbacks WHERE \(CallbackPartitions.all) AND order_key = ? ORDER BY id DESC
                """,
                [key],
                limit: limit
            ) { row throws(UnreadableRow) in try CallbackEntry(row: row) }
            return Array(newestFirst.reversed())
        }
    }

    /// Documents and quarantined contents, newest first.
    public func documents(_ query: DocumentQuery) async throws(LedgerError) -> [DocumentEntry] {
        try await list("listing documents") { rows in
            var conditions = ["1"]
            if query.orderKey != nil { conditions.append("d.order_key = :order") }
            if query.item != nil { conditions.append("(o.item = :item OR o.item_name LIKE :name ESCAPE '\\')") }
            if query.reference != nil { conditions.append("o.reference = :reference") }
            if query.since != nil { conditions.append("d.recorded_at_ms >= :since") }
            if query.before != nil { conditions.append("(d.recorded_at_ms, d.order_key) < (:time, :key)") }
            let wanted = conditions.joined(separator: " AND ")
            let arguments: [String: (any DatabaseValueConvertible)?] = [
                "order": query.orderKey, "item": query.item, "name": query.item.map { "%\(Self.literal($0))%" },
                "reference": query.reference?.rawValue, "since": query.since?.milliseconds,
                "time": query.before?.recordedAt.milliseconds, "key": query.before?.orderKey,
            ]
            return try rows.list(
                """
                SELECT order_key, provider_id, sha256, kind, name, NULL AS reason, NULL AS path, size_bytes,
                    recorded_at_ms
                FROM documents d JOIN orders o ON o.key = d.order_key WHERE \(wanted)
                UNION ALL
                SELECT order_key, provider_id, NULL, NULL, NULL, reason, path, size_bytes, recorded_at_ms
                FROM quarantine d JOIN orders o ON o.key = d.order_key WHERE \(wanted)
                ORDER BY recorded_at_ms DESC, order_key DESC
                """,
                // The database refuses arguments that a statement has no place for.
                StatementArguments(arguments.filter { wanted.contains(":\($0.key)") }),
                limit: query.limit
            ) { row throws(UnreadableRow) in try DocumentEntry(row: row) }
        }
    }
}
