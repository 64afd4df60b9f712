import GRDB
import RicevutaCore
import Visengine

/// How far the callbacks of an order have been evaluated by what the API shows.
struct VerdictCursor: Sendable {
    let order: Int64
    /// Those that arrive later have a read-back of their own coming.
    ///
    /// They have greater ids as long as one receiver writes them. Of several, one that arrives later with a lower id
    /// may be evaluated by this read-back already, and again by its own.
    let newest: Int64
    /// The last of each verdict that was looked at.
    fileprivate var last: [CallbackVerdict: Int64] = [:]

    init(order: Int64, newest: Int64) {
        self.order = order
        self.newest = newest
    }
}

extension LedgerTransaction {
    /// Callbacks that one transaction evaluates: more than an honest order has, and few enough that nobody waits long.
    private static let maxEvaluated = 500

    /// Begins to evaluate each open callback: whether the API shows what it claims, or more.
    ///
    /// Each callback is read once, and written once more when the API shows it later: what stays unconfirmed costs
    /// nothing, however many somebody with the token has posted.
    ///
    /// - Returns: What is left for other transactions; `nil` when that was all.
    func evaluateCallbacks(of order: OrderRecord) throws -> VerdictCursor? {
        let newest = try row("SELECT max(id) AS id FROM callbacks", [])?.optionalInteger("id") ?? 0
        return try evaluate(VerdictCursor(order: order.key, newest: newest), by: order)
    }

    /// Evaluates some more, by what the order has come to meanwhile.
    func evaluateMore(_ cursor: VerdictCursor) throws -> VerdictCursor? {
        // An order that is gone was joined to another, whose next read-back evaluates all that came with it.
        guard let order = try order(key: cursor.order), order.id != nil else { return nil }
        return try evaluate(cursor, by: order)
    }

    private func evaluate(_ cursor: VerdictCursor, by order: OrderRecord) throws -> VerdictCursor? {
        var cursor = cursor
        var room = Self.maxEvaluated - (try confirmShown(by: order))
        for verdict in CallbackVerdict.open where room > 0 {
            room -= try evaluateOpen(verdict, &cursor, room: room, by: order)
        }
        return room > 0 ? nil : cursor
    }

    /// Evaluates open callbacks of one verdict, oldest first.
    ///
    /// - Returns: How many there were, at most as many as there is room for.
    private func evaluateOpen(
        _ verdict: CallbackVerdict,
        _ cursor: inout VerdictCursor,
        room: Int,
        by order: OrderRecord
    ) throws -> Int {
        let oldest = try row("SELECT min(id) AS id FROM callbacks", [])?.optionalInteger("id") ?? 0
        var last = max(cursor.last[verdict] ?? 0, oldest - 1)
        var count = 0
        var section = last >> CallbackPartitions.shift
        while section <= cursor.newest >> CallbackPartitions.shift, count < room {
            // One after another, since SQLite would sort what it finds in several. The verdict is no argument: whether
            // an index of some verdicts only can be used depends on its value, and SQLite would compile the statement
            // anew each time.
            let open = try rows(
                """
                SELECT id, claim_id, claim_state, peer FROM callbacks
                WHERE id >> \(CallbackPartitions.shift) = ? AND order_key = ? AND verdict = '\(verdict.rawValue)'
                    AND id > ? AND id <= ?
                ORDER BY id LIMIT ?
                """,
                [section, cursor.order, last, cursor.newest, room - count]
            )
            for row in open { last = try evaluate(row, was: verdict, by: order) }
            count += open.count
            section += 1
        }
        cursor.last[verdict] = last
        return count
    }

    /// Evaluates one callback.
    ///
    /// - Returns: Its number.
    private func evaluate(_ row: Row, was old: CallbackVerdict, by order: OrderRecord) throws -> Int64 {
        let id = try row.integer("id")
        var verdict = CallbackVerdict.skipped
        do throws(UnreadableRow) {
            verdict = CallbackVerdict.of(
                claimedID: try row.optionalName("claim_id"),
                claimedState: try row.state("claim_state"),
                order: order
            )
        } catch {
            if old != .skipped { unreadableRows += 1 }
        }
        if verdict != old {
            switch verdict {
            case .mismatched: mismatched += 1
            case .unconfirmed: unconfirmed.add(Self.claim(of: row))
            case .waiting, .confirmed, .skipped, .ended: break
            }
            _ = try note(verdict, on: id)
        }
        return id
    }

    private static func claim(of row: Row) -> UnconfirmedCallbacks {
        // Only for a log line: what cannot be read is left out of it.
        UnconfirmedCallbacks(state: try? row.state("claim_state"), peer: (try? row.text("peer")) ?? "-")
    }

    /// Writes a verdict down, unless the row is damaged in such a way that SQLite refuses to write it.
    ///
    /// - Returns: Whether it was written.
    private func note(_ verdict: CallbackVerdict, on id: Int64) throws -> Bool {
        do {
            try run("UPDATE callbacks SET verdict = ? WHERE id = ?", [verdict.rawValue, id])
            return true
        } catch let error where error.isConfined {
            unreadableRows += 1  // Its order must not stand still for it.
            return false
        }
    }

    /// Confirms callbacks that claimed more than the API showed then, and no more than it shows now.
    ///
    /// - Returns: How many there were that can be read, at most as many as one transaction evaluates.
    private func confirmShown(by order: OrderRecord) throws -> Int {
        let names = order.shownStates
        guard !names.isEmpty else { return 0 }
        var arguments: StatementArguments = [order.key]
        arguments += StatementArguments(names)
        arguments += [Self.maxEvaluated]
        let shown = try rows(Self.shown(states: names.count), arguments)
        var evaluated = 0
        for row in shown {
            let verdict: CallbackVerdict
            do throws(UnreadableRow) {
                verdict = CallbackVerdict.of(
                    claimedID: try row.optionalName("claim_id"),
                    claimedState: try row.state("claim_state"),
                    order: order
                )
            } catch {
                unreadableRows += 1  // It stays unconfirmed, and its order must not stand still for it.
                continue
            }
            if verdict == .mismatched { mismatched += 1 }
            if try note(verdict, on: row.integer("id")) { evaluated += 1 }
        }
        return evaluated
    }

    /// Finds unconfirmed callbacks that claim one of so many states, among any number of others.
    ///
    /// SQLite, which knows nothing of the numbers, would rather look through all of an order's unconfirmed ones.
    static func shown(states: Int) -> String {
        """
        SELECT id, claim_id, claim_state FROM callbacks INDEXED BY callbacks_unconfirmed
        WHERE order_key = ? AND verdict = 'unconfirmed'
            AND claim_name IN (\(repeatElement("?", count: states).joined(separator: ", "))) LIMIT ?
        """
    }
}
