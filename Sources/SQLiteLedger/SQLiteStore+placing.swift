public import BaseKit
import GRDB
public import RicevutaCore
public import Visengine

extension SQLiteStore: PlacementLedger {
    /// Records an order that is about to be placed, with its verify job due at `firstPoll`.
    public func placing(
        _ nonce: OrderNonce,
        at provider: ProviderID,
        item: ItemHash,
        itemName: String?,
        now: Timestamp,
        firstPoll: Timestamp
    ) async throws(LedgerError) -> OrderRecord {
        try await change("recording an order before placing it") { transaction in
            guard try transaction.order(nonce: nonce) == nil else {
                throw LedgerError.conflict("the nonce \(nonce) belongs to another order")
            }
            try transaction.run(
                """
                INSERT INTO orders(provider, nonce, origin, placement, item, item_name, created_at_ms)
                VALUES (?, ?, 'placed', 'pending', ?, ?, ?)
                """,
                [provider.rawValue, nonce.rawValue, item.rawValue, itemName, now.milliseconds]
            )
            let key = transaction.db.lastInsertedRowID
            try transaction.arm(.verify, subject: key, due: firstPoll, now: now)
            return OrderRecord(
                key: key,
                provider: provider,
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
                throw LedgerError.notFound(what: "order with nonce", name: nonce.rawValue)
            }
            var bound = try transaction.bind(known, to: order.id, isProven: true)
            bound.placement = .placed
            bound.item = order.item ?? bound.item
            bound.itemName = order.itemName ?? bound.itemName
            try transaction.save(bound)
            try transaction.keep(OrderChange(from: known, to: bound, cause: .placing, at: now), of: bound.key)
            if bound.state?.isTerminal != true { try transaction.keepAsking(for: bound.key, now: now) }
            return bound
        }
    }

    /// Records that the provider refused the order, unless the provider itself has shown that it exists.
    ///
    /// A read-back that a callback asked for, or that is under way, is still made: it finds an order that exists after
    /// all.
    public func placementRefused(_ nonce: OrderNonce, reason: String, now: Timestamp) async throws(LedgerError) {
        try await change("recording a rejected order") { transaction in
            guard let order = try transaction.order(nonce: nonce) else {
                throw LedgerError.notFound(what: "order with nonce", name: nonce.rawValue)
            }
            guard order.id == nil else {
                let problem = "the provider rejected the order, but it exists: \(reason)"
                try transaction.run("UPDATE orders SET problem = ? WHERE key = ?", [problem, order.key])
                return
            }
            try transaction.run(
                "UPDATE orders SET placement = 'refused', problem = ? WHERE key = ?",
                [reason, order.key]
            )
            let change = OrderChange(at: now, cause: .placing, placement: .refused, note: reason)
            try transaction.keep(change, of: order.key)
            try transaction.run(
                "DELETE FROM jobs WHERE id = ? AND source <> 'callback' AND lease_boot IS NULL",
                [JobNumber.of(.verify, order.key)]
            )
        }
    }
}

extension LedgerTransaction {
    /// Makes sure that an order has a verify job, and leaves one that it has as it is: an order that was left alone
    /// before its placing was answered has none.
    fileprivate func keepAsking(for order: Int64, now: Timestamp) throws {
        let job = try row("SELECT id FROM jobs WHERE id = ?", [JobNumber.of(.verify, order)])
        guard job == nil else { return }
        try arm(.verify, subject: order, due: now + rules.readBacks.minInterval, now: now)
    }
}
