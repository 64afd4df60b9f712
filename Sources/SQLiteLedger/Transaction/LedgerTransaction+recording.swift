import Callbacks
import Crypto
import GRDB
import SQLiteStatements
import Visengine

/// What recording needs to know of an order.
private struct KnownOrder {
    var key: Int64
    /// Whether an id is bound, readable or not.
    var isBound = false
    var id: OrderID?
    /// When the API was last asked.
    var lastAsked: Timestamp?
    /// When the verify job is due, if there is one.
    var due: Timestamp?
}

extension LedgerTransaction {
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
            if !order.isBound, let claimed { try addCandidate(claimed, to: order.key, callback: id) }
            try armVerification(of: order, now: callback.receivedAt)
        }
        return .accepted(id: id)
    }

    /// The same fact again: its work is there, or is asked for anew while nothing has confirmed it for good.
    ///
    /// A state of known rank is passed once; what names none, or an odd one, may mean something new each time.
    private func repeated(_ callback: ReceivedCallback, fact: String, order: KnownOrder?) throws -> RecordOutcome {
        let found = try row(
            "SELECT id, verdict FROM callbacks WHERE coalesce(order_key, 0) = ? AND fact = ?",
            [order?.key ?? 0, fact]
        )
        guard let id = try found?.integer("id") else { throw UnreadableRow(column: "callbacks.id") }
        try run("UPDATE callbacks SET repeats = repeats + 1 WHERE id = ?", [id])
        let isConfirmed = try found?.text("verdict") == CallbackVerdict.confirmed.rawValue
        if let order, !isConfirmed || callback.claim.state?.rank == nil {
            try armVerification(of: order, now: callback.receivedAt)
        }
        return .duplicate(id: id)
    }

    /// One read-back for each order and interval, however many callbacks arrive.
    private func armVerification(of order: KnownOrder, now: Timestamp) throws {
        let interval = configuration.minReadBackInterval
        let earliest = order.lastAsked.map { $0 + interval } ?? now
        // A clock that was set back must not put it off for as long.
        let due = min(max(now, earliest), now + interval)
        if let planned = order.due, planned <= due {
            let job = JobNumber.of(.verify, order.key)
            try db.cachedStatement(sql: "UPDATE jobs SET trigger = trigger + 1, source = 'callback' WHERE id = ?")
                .run { $0.add(job) }
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
        // A damaged value is told by its column; the order of columns is that of the query.
        try db.cachedStatement(
            sql: """
                SELECT o.key, o.provider_id, max(coalesce(o.last_asked_ms, o.last_read_back_ms),
                    coalesce(o.last_read_back_ms, o.last_asked_ms)), j.due_ms
                FROM orders o LEFT JOIN jobs j ON j.id = o.key * 4 WHERE \(condition)
                """
        ).firstRow({ $0.add(argument) }) { row in
            guard let key = try row.integer(0, "key") else { throw UnreadableRow(column: "key") }
            // An id that is damaged is no reason to refuse a callback: the order waits to be repaired, the callback with it.
            let id = try row.text(1, "provider_id")
            return KnownOrder(
                key: key,
                isBound: id != nil,
                id: id.flatMap(OrderID.init(rawValue:)),
                lastAsked: try row.integer(2, "asked_ms").map(Timestamp.init(milliseconds:)),
                due: try row.integer(3, "due_ms").map(Timestamp.init(milliseconds:))
            )
        }
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
        try db.cachedStatement(
            sql: """
                INSERT INTO callbacks(order_key, fact, received_at_ms, peer, key_id, retired_key, claim_id, claim_state,
                    claim_name, claim_update_ms, claim_search, echo, problem, content_type, body_bytes, verdict, body)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                """
        ).run { values in
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
            values.add(verdict.rawValue)
            values.add(callback.body)
        }
    }

    /// SHA-256, because a body that says nothing else is told from another by this alone, and may be hostile.
    private static func hash(_ body: [UInt8]) -> String {
        SHA256.hash(data: body).map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
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
