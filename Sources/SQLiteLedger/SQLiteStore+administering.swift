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
            try transaction.keep(OrderChange(at: now, cause: .command, document: .due), of: order.key)
            try transaction.arm(.fetch, subject: order.key, due: now, now: now)
            return order
        }
    }

    /// Has documents fetched again that the archive has lost.
    public func fetchLost(_ orders: Set<Int64>, now: Timestamp) async throws(LedgerError) {
        try await change("queuing document fetches") { transaction in
            for key in orders.sorted() {
                guard var order = try transaction.order(key: key), order.fetchLost() else { continue }
                try transaction.save(order)
                try transaction.arm(.fetch, subject: key, due: now, now: now)
            }
        }
    }

    /// Forgets quarantined contents.
    public func forgetQuarantined(_ paths: Set<String>) async throws(LedgerError) {
        try await change("forgetting quarantined documents") { transaction in
            for path in paths { try transaction.run("DELETE FROM quarantine WHERE path = ?", [path]) }
        }
    }

    /// Settles dead letters without delivering them, all or none.
    public func dismiss(_ ids: [String]) async throws(LedgerError) {
        try await change("dismissing dead letters") { transaction in
            for id in Set(ids) {
                let row = try transaction.row("SELECT number, state FROM deliveries WHERE id = ?", [id])
                guard let row else { throw LedgerError.notFound(what: "delivery", name: id) }
                let state: DeliveryState = try row.name("state")
                try state.requireReplayable(id, onlyDead: true)
                try transaction.settle(row.integer("number"))
            }
        }
    }

    /// Makes a new delivery for each of some deliveries, or for none.
    public func replay(
        _ ids: [String],
        onlyDead: Bool,
        now: Timestamp
    ) async throws(LedgerError) -> [DeliveryReplay] {
        try await change("replaying deliveries") { transaction in
            var found: [(number: Int64, id: String, row: Row)] = []
            for id in Set(ids) {
                let row = try transaction.row(
                    "SELECT number, notification, sink, state FROM deliveries WHERE id = ?",
                    [id]
                )
                guard let row else { throw LedgerError.notFound(what: "delivery", name: id) }
                let state: DeliveryState = try row.name("state")
                try state.requireReplayable(id, onlyDead: onlyDead)
                found.append((try row.integer("number"), id, row))
            }
            return try found.sorted { $0.number < $1.number }.map { number, id, row in
                try transaction.settle(number)
                let delivery = try transaction.addDelivery(
                    of: row.integer("notification"),
                    to: row.name("sink"),
                    replayOf: id,
                    now: now
                )
                return DeliveryReplay(replayed: id, delivery: delivery)
            }
        }
    }
}

extension LedgerTransaction {
    /// Takes a dead letter off the list of what needs care.
    func settle(_ number: Int64) throws {
        try run("UPDATE deliveries SET state = 'settled' WHERE number = ? AND state = 'dead'", [number])
    }
}
