import BaseKit
import GRDB
public import RicevutaCore
import Visengine

/// What changes of orders, written with the change.
extension LedgerTransaction {
    /// Keeps what a step has changed of an order, if anything.
    func keep(_ change: OrderChange?, of order: Int64) throws {
        guard let change else { return }
        try run(
            """
            INSERT INTO order_history(order_key, number, at_ms, cause, from_state, to_state, placement, document,
                needs_choice, is_late, note)
            SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10
            FROM order_history WHERE order_key = ?1
            """,
            [
                order, change.at.milliseconds, change.cause.rawValue, change.from?.stored, change.to?.stored,
                change.placement?.rawValue, change.document?.rawValue, change.needsChoice.map { $0 ? 1 : 0 },
                change.isLate ? 1 : 0, change.note,
            ]
        )
    }

    /// Moves what has changed of one order to another, behind what has changed of that one.
    func moveHistory(from key: Int64, to other: Int64) throws {
        let last = try row("SELECT max(number) AS last FROM order_history WHERE order_key = ?", [other])
        try run(
            "UPDATE order_history SET order_key = ?, number = number + ? WHERE order_key = ?",
            [other, try last?.optionalInteger("last") ?? 0, key]
        )
    }
}

extension SQLiteStore {
    /// What has changed of an order, oldest first.
    public func history(ofOrder key: Int64, limit: Int) async throws(LedgerError) -> [OrderChange] {
        try await list("reading an order's history") { rows in
            let newestFirst = try rows.list(
                "SELECT * FROM order_history WHERE order_key = ? ORDER BY at_ms DESC, number DESC",
                [key],
                limit: limit
            ) { row throws(UnreadableRow) in try OrderChange(row: row) }
            return Array(newestFirst.reversed())
        }
    }
}

extension OrderChange {
    init(row: Row) throws(UnreadableRow) {
        self.init(
            at: try row.time("at_ms"),
            cause: try row.name("cause"),
            from: try row.state("from_state"),
            to: try row.state("to_state"),
            placement: try row.optionalName("placement"),
            document: try row.optionalName("document"),
            needsChoice: try row.optionalInteger("needs_choice").map { $0 != 0 },
            isLate: try row.integer("is_late") != 0,
            note: try row.optionalText("note")
        )
    }
}
