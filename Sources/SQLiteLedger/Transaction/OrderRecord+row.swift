import BaseKit
import GRDB
import RicevutaCore
import Visengine

extension OrderRecord {
    /// The columns that ``init(row:)`` reads.
    static let columns = """
        key, provider, nonce, provider_id, origin, placement, item, item_name, state, rank, last_update_ms,
        outcome_code, outcome_info, cancellation, choice_since_ms, document, created_at_ms, last_read_back_ms,
        quiet_polls, final_at_ms, promised_ms, late_since_ms, reference, price_thousandths
        """

    init(row: Row) throws(UnreadableRow) {
        self.init(
            key: try row.integer("key"),
            provider: try row.name("provider"),
            nonce: try row.optionalName("nonce"),
            id: try row.optionalName("provider_id"),
            origin: try row.name("origin"),
            placement: try row.name("placement"),
            item: try row.optionalName("item"),
            itemName: try row.optionalText("item_name"),
            reference: try row.optionalName("reference"),
            price: try row.optionalInteger("price_thousandths").map(Price.init(thousandths:)),
            state: try row.state("state"),
            rank: Int(try row.integer("rank")),
            lastUpdate: try row.optionalTime("last_update_ms"),
            outcome: try row.outcome(),
            cancellationReason: try row.optionalText("cancellation"),
            choiceSince: try row.optionalTime("choice_since_ms"),
            promisedBy: try row.optionalTime("promised_ms"),
            lateSince: try row.optionalTime("late_since_ms"),
            document: try row.name("document"),
            createdAt: try row.time("created_at_ms"),
            lastReadBack: try row.optionalTime("last_read_back_ms"),
            quietPolls: Int(try row.integer("quiet_polls")),
            finalSince: try row.optionalTime("final_at_ms")
        )
    }
}

extension LedgerTransaction {
    /// The order of that number.
    func order(key: Int64) throws -> OrderRecord? {
        try row("SELECT \(OrderRecord.columns) FROM orders WHERE key = ?", [key]).map(OrderRecord.init(row:))
    }

    /// The order of that nonce.
    func order(nonce: OrderNonce) throws -> OrderRecord? {
        try row("SELECT \(OrderRecord.columns) FROM orders WHERE nonce = ?", [nonce.rawValue])
            .map(OrderRecord.init(row:))
    }

    /// The order of a provider that the id is bound to, else the one that a callback without a token opened for it.
    func order(id: OrderID, at provider: ProviderID) throws -> OrderRecord? {
        try row(
            "SELECT \(OrderRecord.columns) FROM orders WHERE (provider_id = ?1 OR claimed_id = ?1) AND provider = ?2 "
                + "ORDER BY provider_id IS NULL LIMIT 1",
            [id.rawValue, provider.rawValue]
        ).map(OrderRecord.init(row:))
    }

    /// Writes all that can change of an order.
    func save(_ order: OrderRecord) throws {
        try run(
            """
            UPDATE orders SET provider_id = ?, placement = ?, item = ?, item_name = ?, state = ?, rank = ?,
                last_update_ms = ?, outcome_code = ?, outcome_info = ?, document = ?, last_read_back_ms = ?,
                quiet_polls = ?, origin = ?, final_at_ms = ?, cancellation = ?, choice_since_ms = ?, promised_ms = ?,
                late_since_ms = ? WHERE key = ?
            """,
            [
                order.id?.rawValue, order.placement.rawValue, order.item?.rawValue, order.itemName,
                order.state?.stored, order.rank, order.lastUpdate?.milliseconds, order.outcome?.code,
                order.outcome?.info, order.document.rawValue, order.lastReadBack?.milliseconds, order.quietPolls,
                order.origin.rawValue, order.finalSince?.milliseconds, order.cancellationReason,
                order.choiceSince?.milliseconds, order.promisedBy?.milliseconds, order.lateSince?.milliseconds,
                order.key,
            ]
        )
    }
}
