import BaseKit
import Crypto
import Foundation
import GRDB
import RicevutaCore
import Visengine

extension LedgerTransaction {
    /// Records one callback with the work it causes, or finds that both are there already.
    func record(_ callback: ReceivedCallback) throws -> ApplyOutcome {
        let remembered = callback.nonce.flatMap { orderCache[$0] }
        var order = try remembered ?? findOrCreate(callback)
        var isNews = remembered == nil
        let fact = Self.factHash(CallbackFact.key(of: callback, knownID: order?.id, bodyHash: Self.hash))
        let claimed = callback.claim.orderID
        try insert(callback, id: callback.number, fact: fact, order: order?.key)
        if db.changesCount == 0 {
            // Its fact may be another by now, when its order was not known to us before.
            if let id = try handedOver(callback) { return .recorded(id: id) }
            if let outcome = try repeated(callback, fact: fact, order: order) { return outcome }
            // It is the id that is taken, by a callback of another receiver.
            try insert(callback, id: nil, fact: fact, order: order?.key)
            try noteNumber(of: callback, recordedAs: db.lastInsertedRowID)
        }

        let id = db.lastInsertedRowID
        if let known = order {
            if let trace = callback.trace { try note(trace, of: known.key) }
            if rules.tokens.isOver(finalSince: known.finalSince, at: callback.receivedAt) { try end(callback: id) }
            if !known.isBound, let claimed, claimed != known.candidate {
                let isOnly = try addCandidate(claimed, to: known.key, callback: id)
                order?.candidate = isOnly ? claimed : nil
                isNews = true
            }
            let isArmed = try armVerification(of: known, now: callback.receivedAt)
            if let nonce = callback.nonce, isArmed || isNews { orderCache[nonce] = isArmed ? nil : order }
        }
        return .recorded(id: id)
    }

    /// Notes the trace that what is told of an order from now on belongs to.
    private func note(_ trace: TraceParent, of order: Int64) throws {
        try run("UPDATE orders SET trace = ? WHERE key = ?", [trace.text, order])
    }

    /// The id of a callback that was recorded before it was handed over again, after a crash.
    private func handedOver(_ callback: ReceivedCallback) throws -> Int64? {
        guard let number = callback.number else { return nil }
        let found = try row(
            """
            SELECT id FROM renumbered WHERE receiver = ?1 AND sequence = ?2
            UNION ALL SELECT id FROM callbacks WHERE id = ?2 AND receiver = ?1
                AND NOT EXISTS (SELECT 1 FROM renumbered WHERE id = ?2)
            """,
            [receiverNumber, number]
        )
        return try found?.integer("id")
    }

    /// Notes which callback an entry is about whose id is not the callback's number.
    private func noteNumber(of callback: ReceivedCallback, recordedAs id: Int64) throws {
        guard let number = callback.number else { return }
        try run(
            "INSERT INTO renumbered(id, receiver, sequence) VALUES (?, ?, ?)",
            [id, receiverNumber, number]
        )
    }

    /// The same fact again: its work is there, or is asked for anew while nothing has confirmed it for good.
    ///
    /// - Returns: `nil` when the fact is not known.
    private func repeated(_ callback: ReceivedCallback, fact: [UInt8], order: CachedOrder?) throws -> ApplyOutcome? {
        let found = try row(
            "SELECT id, verdict FROM callbacks WHERE coalesce(claim_update_ms, 0) = ? AND fact = ?",
            [callback.claim.lastUpdate?.milliseconds ?? 0, Data(fact)]
        )
        guard let id = try found?.integer("id") else { return nil }
        try run("UPDATE callbacks SET repeats = repeats + 1 WHERE id = ?", [id])
        let verdict = try found?.text("verdict")
        // A verdict that cannot be read hides nothing.
        let asksAgain = verdict.flatMap(CallbackVerdict.init(rawValue:))?.asksAgain(claimedState: callback.claim.state)
        if let order, asksAgain ?? true,
            try armVerification(of: order, now: callback.receivedAt), let nonce = callback.nonce
        {
            orderCache[nonce] = nil
        }
        return .duplicate(id: id)
    }

    /// Plans the read-back that a callback asks for.
    ///
    /// - Returns: Whether there was anything to write.
    private func armVerification(of order: CachedOrder, now: Timestamp) throws -> Bool {
        switch rules.readBacks.request(order.readBack, at: now) {
        case .covered: return false
        case .note:
            let job = JobNumber.of(.verify, order.key)
            try db.cachedStatement(sql: "UPDATE jobs SET revision = revision + 1, source = 'callback' WHERE id = ?")
                .run { $0.add(job) }
        case .plan(let due): try arm(.verify, subject: order.key, due: due, now: now, source: .callback)
        }
        return true
    }

    /// The receiver whose callbacks these are.
    private var receiverNumber: Int64 { boot?.receiverNumber ?? 1 }

    // MARK: Orders

    private func findOrCreate(_ callback: ReceivedCallback) throws -> CachedOrder? {
        if let nonce = callback.nonce {
            if let known = try cachedOrder(where: "o.nonce = ?", nonce.rawValue) { return known }
            return try create(nonce: nonce, claimedID: nil, callback)
        }
        guard let id = callback.claim.orderID else { return nil }
        let provider = callback.provider.rawValue
        if let known = try cachedOrder(where: "o.provider_id = ? AND o.provider = ?", id.rawValue, provider) {
            return known
        }
        if let known = try cachedOrder(where: "o.claimed_id = ? AND o.provider = ?", id.rawValue, provider) {
            return known
        }
        return try create(nonce: nil, claimedID: id, callback)
    }

    private func cachedOrder(
        where condition: String,
        _ argument: String,
        _ second: String? = nil
    ) throws -> CachedOrder? {
        // A damaged value is reported by its column; the order of columns is that of the query.
        try db.cachedStatement(
            sql: """
                SELECT o.key, o.provider_id, max(coalesce(o.last_asked_ms, o.last_read_back_ms),
                    coalesce(o.last_read_back_ms, o.last_asked_ms)), j.due_ms,
                    j.lease_boot IS NOT NULL OR j.source <> 'callback', o.final_at_ms, o.read_backs,
                    o.read_backs_since_ms
                FROM orders o LEFT JOIN jobs j ON j.id = o.key * 4 WHERE \(condition)
                """
        ).firstRow({ values in
            values.add(argument)
            if let second { values.add(second) }
        }) { row in
            guard let key = try row.integer(0, "key") else { throw UnreadableRow(column: "key") }
            // An id that is damaged is no reason to refuse a callback: the order waits to be repaired, the callback
            // with it.
            let id = try row.text(1, "provider_id")
            return CachedOrder(
                key: key,
                isBound: id != nil,
                id: id.flatMap(OrderID.init(rawValue:)),
                finalSince: try row.integer(5, "final_at_ms").map(Timestamp.init(milliseconds:)),
                readBack: ReadBackPlan.Known(
                    lastAsked: try row.integer(2, "asked_ms").map(Timestamp.init(milliseconds:)),
                    spentUntil: rules.readBacks.spentUntil(
                        ReadBackPlan.Allowance(
                            used: try row.integer(6, "read_backs") ?? 0,
                            since: try row.integer(7, "read_backs_since_ms").map(Timestamp.init(milliseconds:))
                        )
                    ),
                    due: try row.integer(3, "due_ms").map(Timestamp.init(milliseconds:)),
                    needsNote: try row.integer(4, "lease_boot") == 1
                )
            )
        }
    }

    private func create(
        nonce: OrderNonce?,
        claimedID: OrderID?,
        _ callback: ReceivedCallback
    ) throws -> CachedOrder {
        try run(
            """
            INSERT INTO orders(provider, nonce, claimed_id, origin, placement, created_at_ms, reference)
            VALUES (?1, ?2, ?3, 'external', 'pending', ?4, (SELECT reference FROM minted_tokens WHERE nonce = ?2))
            """,
            [
                callback.provider.rawValue, nonce?.rawValue, claimedID?.rawValue, callback.receivedAt.milliseconds,
            ]
        )
        return CachedOrder(key: db.lastInsertedRowID)
    }

    // MARK: Rows

    private static let insertCallback = """
        INSERT INTO callbacks(id, order_key, fact, received_at_ms, peer, key_id, retired_key, claim_id, claim_state,
            claim_name, claim_update_ms, claim_search, echo, problem, content_type, body_bytes, verdict, receiver,
            body)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """

    private func insert(
        _ callback: ReceivedCallback,
        id: Int64?,
        fact: [UInt8],
        order: Int64?
    ) throws {
        let claim = callback.claim
        try insertion(Self.insertCallback).run(last: callback.body) { values in
            values.add(id)
            values.add(order)
            values.add(fact)
            values.add(callback.receivedAt.milliseconds)
            values.add(callback.peer)
            values.add(callback.keyID)
            values.add(callback.isRetiredKey ? 1 : 0)
            values.add(claim.orderID?.rawValue)
            values.add(claim.state?.stored)
            values.add(claim.state?.name)
            values.add(claim.lastUpdate?.milliseconds)
            values.add(claim.lastSearchState)
            values.add(claim.echo.stored)
            values.add(callback.decodingProblem)
            values.add(callback.contentType)
            values.add(Int64(callback.body.count))
            values.add(CallbackVerdict.waiting.rawValue)
            values.add(receiverNumber)
        }
    }

    /// The first 16 bytes of the SHA-256 of a fact's key: a fifth of the space, and as sure.
    private static func factHash(_ key: [UInt8]) -> [UInt8] {
        // Not as an array made of a digest, which has no known count and makes it grow.
        var fact: [UInt8] = []
        fact.reserveCapacity(16)
        for byte in SHA256.hash(data: key) where fact.count < 16 { fact.append(byte) }
        return fact
    }

    /// SHA-256, because a body that says nothing else is told from another by this alone, and may be hostile.
    private static func hash(_ body: [UInt8]) -> String {
        ASCII.hex(SHA256.hash(data: body))
    }
}

extension StatementRow {
    borrowing fileprivate func integer(_ position: Int32, _ column: String) throws(UnreadableRow) -> Int64? {
        switch self[position] {
        case .null: nil
        case .integer(let value): value
        default: throw UnreadableRow(column: column)
        }
    }

    borrowing fileprivate func text(_ position: Int32, _ column: String) throws(UnreadableRow) -> String? {
        switch self[position] {
        case .null: nil
        case .text(let value): value
        default: throw UnreadableRow(column: column)
        }
    }
}

extension CallbackEcho {
    /// Which case it is; the token itself stays in the body, which can be redacted.
    var stored: String {
        switch self {
        case .absent: "absent"
        case .foreign: "foreign"
        case .token: "token"
        }
    }

    init(stored: String) {
        self =
            switch stored {
            case "token": .token("")
            case "foreign": .foreign
            default: .absent
            }
    }
}
