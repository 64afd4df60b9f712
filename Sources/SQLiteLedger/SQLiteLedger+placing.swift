public import Callbacks
import GRDB
public import Visengine

extension SQLiteLedger: PlacementLedger {
    /// Records an order that is about to be placed, with its verify job due at `firstPoll`.
    public func placing(
        _ nonce: OrderNonce,
        item: ItemHash,
        itemName: String?,
        now: Timestamp,
        firstPoll: Timestamp
    ) async throws(LedgerError) -> OrderRecord {
        try await change("recording an order before it is placed") { transaction in
            guard try transaction.order(nonce: nonce) == nil else {
                throw LedgerError.conflict("the nonce \(nonce) is another order's already")
            }
            try transaction.run(
                """
                INSERT INTO orders(nonce, origin, placement, item, item_name, created_at_ms)
                VALUES (?, 'placed', 'pending', ?, ?, ?)
                """,
                [nonce.rawValue, item.rawValue, itemName, now.milliseconds]
            )
            let key = transaction.db.lastInsertedRowID
            try transaction.arm(.verify, subject: key, due: firstPoll, now: now)
            return OrderRecord(
                key: key,
                nonce: nonce,
                origin: .placed,
                placement: .pending,
                item: item,
                itemName: itemName,
                createdAt: now
            )
        }
    }

    /// Records the provider's answer.
    public func placed(_ nonce: OrderNonce, as order: Order, now: Timestamp) async throws(LedgerError) -> OrderRecord {
        try await change("recording a placed order") { transaction in
            guard let known = try transaction.order(nonce: nonce) else {
                throw LedgerError.notFound(what: "order with the nonce", name: nonce.rawValue)
            }
            var bound = try transaction.bind(known, to: order.id, isProven: true)
            bound.placement = .placed
            bound.item = order.item ?? bound.item
            bound.itemName = order.itemName ?? bound.itemName
            try transaction.save(bound)
            return bound
        }
    }

    /// Records that the provider refused the order.
    public func placementRefused(_ nonce: OrderNonce, reason: String, now: Timestamp) async throws(LedgerError) {
        try await change("recording a refused order") { transaction in
            guard let order = try transaction.order(nonce: nonce) else {
                throw LedgerError.notFound(what: "order with the nonce", name: nonce.rawValue)
            }
            try transaction.run(
                "UPDATE orders SET placement = 'refused', problem = ? WHERE key = ?",
                [reason, order.key]
            )
            try transaction.end(job: JobNumber.of(.verify, order.key))
        }
    }
}
