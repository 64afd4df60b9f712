import Callbacks
import GRDB
import Visengine

extension LedgerTransaction {
    /// Applies the API's answer: all that follows from it, or nothing.
    func confirm(
        _ work: VerifyWork,
        reading: Order,
        binding: OrderBinding,
        context: ConfirmationContext
    ) throws -> OrderProgress.Advance {
        let job = try held(work.lease)
        guard let known = try order(key: job.subject) else { throw LedgerError.leaseLost(job: work.lease.job) }
        guard known.id != nil || binding != .refuse else {
            throw LedgerError.conflict("\(reading.id) carries another token than order \(known.key)'s")
        }
        let order = try bind(known, to: reading.id, isProven: binding == .bind)
        let advance = OrderProgress.advance(
            order,
            by: reading,
            trigger: job.source,
            now: context.now,
            schedule: context.schedule
        )
        try save(advance.record)
        try judgeCallbacks(of: advance.record)
        for type in advance.notifications {
            try tell(
                type,
                of: advance.record,
                previousState: type == .orderLate ? nil : order.state,
                routing: context.routing,
                now: context.now
            )
        }
        if advance.needsDocument { try arm(.fetch, subject: order.key, due: context.now, now: context.now) }
        if order.key == job.subject {
            try settle(work.lease, job, next: advance.nextPoll, context: context)
        } else if let next = advance.nextPoll {
            // The row was another's order: the job went with it, and that order's own job carries on.
            try arm(.verify, subject: order.key, due: next, now: context.now)
        }
        return advance
    }

    /// Sets the next poll, or ends the job; asked for again meanwhile, it runs again after the shortest interval.
    private func settle(
        _ lease: JobLease,
        _ job: HeldJob,
        next: Timestamp?,
        context: ConfirmationContext
    ) throws {
        if job.isAskedAgain {
            let due = context.now + context.schedule.minReadBackInterval
            try run(
                """
                UPDATE jobs SET due_ms = ?, attempt = 0, lease_boot = NULL, crashes = 0, last_reason = NULL
                WHERE id = ?
                """,
                [due.milliseconds, lease.job]
            )
            wake(.verify, due: due, now: context.now)
        } else if let next {
            try run(
                """
                UPDATE jobs SET due_ms = ?, attempt = 0, source = 'poll', lease_boot = NULL, crashes = 0,
                    last_reason = NULL
                WHERE id = ?
                """,
                [next.milliseconds, lease.job]
            )
            wake(.verify, due: next, now: context.now)
        } else {
            try end(job: lease.job)
        }
    }

    /// Says of each open callback whether the API shows what it claims, or more.
    private func judgeCallbacks(of order: OrderRecord) throws {
        let open = try rows(
            """
            SELECT id, claim_id, claim_state, verdict FROM callbacks
            WHERE order_key = ? AND verdict IN ('waiting', 'unconfirmed', 'skipped')
            """,
            [order.key]
        )
        for row in open {
            let id = try row.integer("id")
            let verdict: CallbackVerdict
            do throws(UnreadableRow) {
                verdict = try Self.verdict(on: row, order)
            } catch {
                unreadableRows += 1
                verdict = .skipped
            }
            if try row.text("verdict") != verdict.rawValue {
                try run("UPDATE callbacks SET verdict = ? WHERE id = ?", [verdict.rawValue, id])
            }
        }
    }

    private static func verdict(on row: Row, _ order: OrderRecord) throws(UnreadableRow) -> CallbackVerdict {
        let claimedID: OrderID? = try row.optionalName("claim_id")
        if let claimedID, claimedID != order.id { return .mismatched }
        return isShown(try row.state("claim_state"), by: order) ? .confirmed : .unconfirmed
    }

    private static func isShown(_ claimed: OrderState?, by order: OrderRecord) -> Bool {
        guard let claimed, claimed != order.state else { return true }
        if let rank = claimed.rank {
            // Cancelled and fulfilled end an order both, and exclude each other.
            return rank < order.rank || (rank == order.rank && !claimed.isTerminal)
        }
        return claimed.name == order.state?.name
    }
}
