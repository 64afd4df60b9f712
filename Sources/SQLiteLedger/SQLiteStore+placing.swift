public import BaseKit
import GRDB
public import RicevutaCore
public import Visengine

extension SQLiteStore: PlacementLedger {
    /// Records an order that is about to be placed, unless its key or the day's limit stands against it.
    ///
    /// The transaction has the write lock from its beginning, so that no other process decides at the same time.
    public func placing(
        _ order: NewOrder,
        now: Timestamp,
        firstPoll: Timestamp
    ) async throws(LedgerError) -> PlacingDecision {
        try await change("recording an order before placing it") { transaction in
            guard try transaction.order(nonce: order.nonce) == nil else {
                throw LedgerError.conflict("the nonce \(order.nonce) belongs to another order")
            }
            let day = ItalianCalendar.day(of: now)
            let earlier = try order.key.flatMap { try transaction.order(boughtUnder: $0) }
            let spent = try order.dailyLimit.map { _ in try OrderSpending.on(day, transaction.db) }
            if let refusal = order.refusal(earlier: earlier, spent: spent ?? OrderSpending()) { return refusal }
            try transaction.run(
                """
                INSERT INTO orders(provider, nonce, origin, placement, item, item_name, created_at_ms, reference,
                    price_thousandths, spending_day, idempotency_key, idempotency_mark)
                VALUES (?, ?, 'placed', 'pending', ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    order.provider.rawValue, order.nonce.rawValue, order.item.rawValue, order.itemName,
                    now.milliseconds, order.reference?.rawValue, order.price?.thousandths, day.number,
                    order.key?.rawValue, order.key.map { _ in order.mark(for: order.nonce) },
                ]
            )
            let key = transaction.db.lastInsertedRowID
            try transaction.arm(.verify, subject: key, due: firstPoll, now: now)
            return .recorded(
                OrderRecord(
                    key: key,
                    provider: order.provider,
                    nonce: order.nonce,
                    origin: .placed,
                    placement: .pending,
                    item: order.item,
                    itemName: order.itemName,
                    reference: order.reference,
                    price: order.price,
                    createdAt: now
                )
            )
        }
    }

    /// Records the provider's answer.
    public func placed(
        _ nonce: OrderNonce,
        as order: Order,
        price: Price?,
        now: Timestamp
    ) async throws(LedgerError) -> OrderRecord {
        try await change("recording a placed order") { transaction in
            guard let known = try transaction.order(nonce: nonce) else {
                throw LedgerError.notFound(what: "order with nonce", name: nonce.rawValue)
            }
            var bound = try transaction.bind(known, to: order.id, isProven: true)
            bound.placement = .placed
            bound.item = order.item ?? bound.item
            bound.itemName = order.itemName ?? bound.itemName
            bound.price = price ?? bound.price
            try transaction.save(bound)
            if let price {
                try transaction.run(
                    "UPDATE orders SET price_thousandths = ? WHERE key = ?",
                    [price.thousandths, bound.key]
                )
            }
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

    /// Records what orders will be called that are placed with tokens of these nonces.
    public func minted(
        _ nonces: [OrderNonce],
        for reference: OrderReference,
        now: Timestamp
    ) async throws(LedgerError) {
        try await change("recording minted tokens") { transaction in
            for nonce in nonces {
                try transaction.run(
                    "INSERT INTO minted_tokens(nonce, reference, minted_at_ms) VALUES (?, ?, ?)",
                    [nonce.rawValue, reference.rawValue, now.milliseconds]
                )
            }
        }
    }
}

extension LedgerTransaction {
    /// The order that was bought under a key, with the mark of its content; one that the provider rejected counts as
    /// none.
    fileprivate func order(boughtUnder key: IdempotencyKey) throws -> (order: OrderRecord, mark: String)? {
        try row(
            """
            SELECT \(OrderRecord.columns), idempotency_mark FROM orders
            WHERE idempotency_key = ? AND placement <> 'refused' ORDER BY key LIMIT 1
            """,
            [key.rawValue]
        ).map { row throws(UnreadableRow) in (try OrderRecord(row: row), try row.text("idempotency_mark")) }
    }

    /// Makes sure that an order has a verify job, and leaves one that it has as it is: an order that was left alone
    /// before its placing was answered has none.
    fileprivate func keepAsking(for order: Int64, now: Timestamp) throws {
        let job = try row("SELECT id FROM jobs WHERE id = ?", [JobNumber.of(.verify, order)])
        guard job == nil else { return }
        try arm(.verify, subject: order, due: now + rules.readBacks.minInterval, now: now)
    }
}

extension OrderSpending {
    /// What the orders of one day cost.
    static func on(_ day: CivilDay, _ db: Database) throws -> OrderSpending {
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT count(*) AS orders, coalesce(sum(price_thousandths), 0) AS total,
                        count(*) - count(price_thousandths) AS unpriced
                    FROM orders WHERE spending_day = ? AND placement <> 'refused'
                    """
            ),
            arguments: [day.number]
        )
        guard let row else { return OrderSpending() }
        return OrderSpending(
            orders: Int(try row.integer("orders")),
            total: Price(thousandths: try row.integer("total")),
            unpriced: Int(try row.integer("unpriced"))
        )
    }
}
