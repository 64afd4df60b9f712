import GRDB
import RicevutaCore
import Visengine

/// How far the callbacks of an order have been judged by what the API shows.
struct Judging: Sendable {
    let order: Int64
    /// Those that arrive later have a read-back of their own coming.
    ///
    /// They have greater ids as long as one receiver writes them. Of several, one that arrives later with a lower id
    /// may be judged by this read-back already, and again by its own.
    let newest: Int64
    /// The last of each verdict that was looked at.
    fileprivate var last: [CallbackVerdict: Int64] = [:]

    init(order: Int64, newest: Int64) {
        self.order = order
        self.newest = newest
    }
}

extension LedgerTransaction {
    /// Callbacks that one transaction judges: more than an honest order has, and little enough that nobody waits long.
    private static let maxJudged = 500

    /// Begins to say of each open callback whether the API shows what it claims, or more.
    ///
    /// Each callback is read once, and written once more when the API shows it later: what stays unconfirmed costs
    /// nothing, however many somebody with the token has posted.
    ///
    /// - Returns: What is left for other transactions; `nil` when that was all.
    func judgeCallbacks(of order: OrderRecord) throws -> Judging? {
        let newest = try row("SELECT max(id) AS id FROM callbacks", [])?.optionalInteger("id") ?? 0
        return try judge(Judging(order: order.key, newest: newest), by: order)
    }

    /// Judges some more, by what the order has come to meanwhile.
    func judgeMore(_ judging: Judging) throws -> Judging? {
        // An order that is gone was joined to another, whose next read-back judges all that came with it.
        guard let order = try order(key: judging.order), order.id != nil else { return nil }
        return try judge(judging, by: order)
    }

    private func judge(_ judging: Judging, by order: OrderRecord) throws -> Judging? {
        var judging = judging
        var room = Self.maxJudged - (try confirmShown(by: order))
        for verdict in CallbackVerdict.open where room > 0 {
            room -= try judgeOpen(verdict, &judging, room: room, by: order)
        }
        return room > 0 ? nil : judging
    }

    /// Judges open callbacks of one verdict, oldest first.
    ///
    /// - Returns: How many there were, at most as many as there is room for.
    private func judgeOpen(
        _ verdict: CallbackVerdict,
        _ judging: inout Judging,
        room: Int,
        by order: OrderRecord
    ) throws -> Int {
        let oldest = try row("SELECT min(id) AS id FROM callbacks", [])?.optionalInteger("id") ?? 0
        var last = max(judging.last[verdict] ?? 0, oldest - 1)
        var count = 0
        var section = last >> CallbackSections.shift
        while section <= judging.newest >> CallbackSections.shift, count < room {
            // One after another, since SQLite would sort what it finds in several.
            let open = try rows(
                """
                SELECT id, claim_id, claim_state FROM callbacks
                WHERE id >> \(CallbackSections.shift) = ? AND order_key = ? AND verdict = ? AND id > ? AND id <= ?
                ORDER BY id LIMIT ?
                """,
                [section, judging.order, verdict.rawValue, last, judging.newest, room - count]
            )
            for row in open { last = try judge(row, was: verdict, by: order) }
            count += open.count
            section += 1
        }
        judging.last[verdict] = last
        return count
    }

    /// Judges one callback.
    ///
    /// - Returns: Its number.
    private func judge(_ row: Row, was old: CallbackVerdict, by order: OrderRecord) throws -> Int64 {
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
            if verdict == .mismatched { mismatched += 1 }
            try note(verdict, on: id)
        }
        return id
    }

    /// Writes a verdict down, unless the row is damaged in such a way that SQLite refuses to write it.
    private func note(_ verdict: CallbackVerdict, on id: Int64) throws {
        do {
            try run("UPDATE callbacks SET verdict = ? WHERE id = ?", [verdict.rawValue, id])
        } catch let error where error.isConfined {
            unreadableRows += 1  // Its order must not stand still for it.
        }
    }

    /// Confirms callbacks that claimed more than the API showed then, and no more than it shows now.
    ///
    /// - Returns: How many there were that can be read, at most as many as one transaction judges.
    private func confirmShown(by order: OrderRecord) throws -> Int {
        let names = order.shownStates
        guard !names.isEmpty else { return 0 }
        var arguments: StatementArguments = [order.key]
        arguments += StatementArguments(names)
        arguments += [Self.maxJudged]
        let shown = try rows(Self.shown(states: names.count), arguments)
        var judged = 0
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
            try note(verdict, on: row.integer("id"))
            judged += 1
        }
        return judged
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
