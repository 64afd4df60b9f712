public import BaseKit
import GRDB
public import RicevutaCore

extension SQLiteStore: LedgerAdministration {
    /// Has a document fetched that was given up, or one that is due with another limit.
    public func fetchAgain(_ name: String, maxBytes: Int64?, now: Timestamp) async throws(LedgerError) -> OrderRecord {
        guard let found = try await order(named: name) else { throw .notFound(what: "order", name: name) }
        return try await change("queuing a document fetch") { transaction in
            guard var order = try transaction.order(key: found.key) else {
                throw LedgerError.notFound(what: "order", name: name)
            }
            try order.fetchAgain()
            try transaction.save(order)
            try transaction.run("UPDATE orders SET problem = NULL WHERE key = ?", [order.key])
            if let maxBytes {
                try transaction.run(
                    """
                    INSERT INTO document_limits(order_key, max_bytes) VALUES (?, ?)
                    ON CONFLICT(order_key) DO UPDATE SET max_bytes = excluded.max_bytes
                    """,
                    [order.key, maxBytes]
                )
            }
            try transaction.arm(.fetch, subject: order.key, due: now, now: now)
            return order
        }
    }

    /// Enables a sink again; what waits for it is delivered.
    public func enable(_ sink: SinkName) async throws(LedgerError) -> Bool {
        try await change("enabling a sink") { transaction in
            try transaction.run("DELETE FROM disabled_sinks WHERE sink = ?", [sink.rawValue])
            transaction.wakes.append((.deliver, .zero))
            return transaction.db.changesCount > 0
        }
    }

    /// Makes a new delivery of the same notification to the same sink, due now.
    public func replay(delivery id: String, now: Timestamp) async throws(LedgerError) -> String {
        try await change("replaying a delivery") { transaction in
            let found = try transaction.row("SELECT notification, sink FROM deliveries WHERE id = ?", [id])
            guard let found else { throw LedgerError.notFound(what: "delivery", name: id) }
            return try transaction.addDelivery(
                of: found.integer("notification"),
                to: found.name("sink"),
                replayOf: id,
                now: now
            )
        }
    }
}
