import Callbacks
import Crypto
import Foundation
import GRDB
import Visengine

/// What recording needs to know of an order.
private struct KnownOrder {
    var key: Int64
    var id: OrderID?
    /// When the API was last asked.
    var lastAsked: Timestamp?
    /// When the verify job is due, if there is one.
    var due: Timestamp?
}

extension LedgerTransaction {
    private static let maxCandidates = 8
    /// Rejected ids are kept so that they are not tried again; beyond this many the oldest are forgotten.
    private static let maxRejected = 64

    /// Records one callback with the work it causes, or finds that both are there already.
    func record(_ callback: ReceivedCallback) throws -> RecordOutcome {
        let order = try findOrCreate(callback)
        let fact = CallbackFact.key(of: callback, knownID: order?.id, bodyHash: Self.hash)
        let claimed = callback.claim.orderID
        let isMismatched = order?.id != nil && claimed != nil && claimed != order?.id
        try insert(callback, fact: fact, order: order?.key, verdict: isMismatched ? .mismatched : .waiting)
        if db.changesCount == 0 { return try repeated(callback, fact: fact, order: order) }

        let id = db.lastInsertedRowID
        if let order {
            if order.id == nil, let claimed { try addCandidate(claimed, to: order.key, callback: id) }
            try armVerification(of: order, now: callback.receivedAt)
        }
        return .accepted(id: id)
    }

    /// The same fact again: its work is there, or is asked for anew while nothing has confirmed it.
    private func repeated(_ callback: ReceivedCallback, fact: String, order: KnownOrder?) throws -> RecordOutcome {
        let found = try row(
            "SELECT id, verdict FROM callbacks WHERE coalesce(order_key, 0) = ? AND fact = ?",
            [order?.key ?? 0, fact]
        )
        guard let id = try found?.integer("id") else { throw UnreadableRow(column: "callbacks.id") }
        try run("UPDATE callbacks SET repeats = repeats + 1 WHERE id = ?", [id])
        if let order, try found?.text("verdict") != CallbackVerdict.confirmed.rawValue {
            try armVerification(of: order, now: callback.receivedAt)
        }
        return .duplicate(id: id)
    }

    /// One read-back for each order and interval, however many callbacks arrive.
    private func armVerification(of order: KnownOrder, now: Timestamp) throws {
        let earliest = order.lastAsked.map { $0 + configuration.minReadBackInterval } ?? now
        let due = max(now, earliest)
        if let planned = order.due, planned <= due {
            try run(
                "UPDATE jobs SET trigger = trigger + 1, source = 'callback' WHERE id = ?",
                [JobNumber.of(.verify, order.key)]
            )
        } else {
            try arm(.verify, subject: order.key, due: due, now: now, source: .callback)
        }
    }

    // MARK: Orders

    private func findOrCreate(_ callback: ReceivedCallback) throws -> KnownOrder? {
        if let nonce = callback.nonce {
            if let known = try knownOrder(where: "o.nonce = ?", nonce.rawValue) { return known }
            return try create(nonce: nonce, claimedID: nil, now: callback.receivedAt)
        }
        guard let id = callback.claim.orderID else { return nil }
        if let known = try knownOrder(where: "o.provider_id = ?", id.rawValue) { return known }
        if let known = try knownOrder(where: "o.claimed_id = ?", id.rawValue) { return known }
        return try create(nonce: nil, claimedID: id, now: callback.receivedAt)
    }

    private func knownOrder(where condition: String, _ argument: String) throws -> KnownOrder? {
        let found = try row(
            """
            SELECT o.key, o.provider_id, max(coalesce(o.last_asked_ms, o.last_read_back_ms),
                coalesce(o.last_read_back_ms, o.last_asked_ms)) AS asked_ms, j.due_ms
            FROM orders o LEFT JOIN jobs j ON j.id = o.key * 4 WHERE \(condition)
            """,
            [argument]
        )
        guard let found else { return nil }
        return KnownOrder(
            key: try found.integer("key"),
            id: try found.optionalName("provider_id"),
            lastAsked: try found.optionalTime("asked_ms"),
            due: try found.optionalTime("due_ms")
        )
    }

    private func create(nonce: OrderNonce?, claimedID: OrderID?, now: Timestamp) throws -> KnownOrder {
        try run(
            """
            INSERT INTO orders(nonce, claimed_id, origin, placement, created_at_ms)
            VALUES (?, ?, 'external', 'pending', ?)
            """,
            [nonce?.rawValue, claimedID?.rawValue, now.milliseconds]
        )
        return KnownOrder(key: db.lastInsertedRowID)
    }

    // MARK: Rows

    private func insert(
        _ callback: ReceivedCallback,
        fact: String,
        order: Int64?,
        verdict: CallbackVerdict
    ) throws {
        let claim = callback.claim
        try run(
            """
            INSERT INTO callbacks(order_key, fact, received_at_ms, peer, key_id, retired_key, claim_id, claim_state,
                claim_update_ms, claim_search, echo, problem, content_type, body_bytes, verdict, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            [
                order, fact, callback.receivedAt.milliseconds, callback.peer, callback.keyID,
                callback.isRetiredKey ? 1 : 0, claim.orderID?.rawValue, claim.state?.stored,
                claim.lastUpdate?.milliseconds, claim.lastSearchState, claim.echo.stored, callback.decodingProblem,
                callback.contentType, callback.body.count, verdict.rawValue, Data(callback.body),
            ]
        )
    }

    private func addCandidate(_ id: OrderID, to order: Int64, callback: Int64) throws {
        try run(
            """
            INSERT INTO order_candidates(order_key, id, callback_id) VALUES (?, ?, ?)
            ON CONFLICT(order_key, id) DO UPDATE SET callback_id = excluded.callback_id
            """,
            [order, id.rawValue, callback]
        )
        try forgetCandidates(of: order, where: "rejected IS NULL", beyond: Self.maxCandidates)
        try forgetCandidates(of: order, where: "rejected IS NOT NULL", beyond: Self.maxRejected)
    }

    private func forgetCandidates(of order: Int64, where condition: String, beyond limit: Int) throws {
        try run(
            """
            DELETE FROM order_candidates WHERE order_key = ?1 AND \(condition) AND callback_id < (
                SELECT callback_id FROM order_candidates WHERE order_key = ?1 AND \(condition)
                ORDER BY callback_id DESC LIMIT 1 OFFSET ?2)
            """,
            [order, limit - 1]
        )
    }

    /// SHA-256, because a body that says nothing else is told from another by this alone, and may be hostile.
    private static func hash(_ body: [UInt8]) -> String {
        SHA256.hash(data: body).map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
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
