import BaseKit
import GRDB
import RicevutaCore
import Visengine

extension LedgerTransaction {
    /// Applies the API's answer: all that follows from it, or nothing.
    ///
    /// - Returns: What changed, and which callbacks are left to evaluate.
    func confirm(
        _ work: VerifyWork,
        reading: Order,
        binding: OrderBinding,
        context: ConfirmationContext
    ) throws -> (OrderProgress.Advance, VerdictCursor?) {
        let job = try held(work.lease)
        guard let known = try order(key: job.subject) else { throw LedgerError.leaseLost(job: work.lease.job) }
        guard known.id != nil || binding != .refuse else {
            throw LedgerError.conflict("\(reading.id) carries a different token than order \(known.key)")
        }
        let order = try bind(known, to: reading.id, isProven: binding == .bind)
        var advance = OrderProgress.advance(
            order,
            by: reading,
            trigger: job.source,
            now: context.now,
            schedule: context.schedule,
            promises: context.promises
        )
        try save(advance.record)
        let change = OrderChange(
            from: order,
            to: advance.record,
            cause: .init(job.source),
            at: context.now,
            alarms: advance.alarms
        )
        try keep(change, of: order.key)
        try keepSearches(of: reading, before: order, after: advance.record)
        let before = mismatched
        unconfirmed = nil
        let cursor = try evaluateCallbacks(of: advance.record)
        if mismatched > before { advance.alarms.append(.otherOrder) }
        advance.unconfirmed = unconfirmed
        for type in advance.notifications {
            try enqueueNotification(
                type,
                of: advance.record,
                previousState: type.isChangeOfState ? order.state : nil,
                routing: context.routing,
                now: context.now
            )
        }
        if advance.needsDocument { try arm(.fetch, subject: order.key, due: context.now, now: context.now) }
        let next = try rules.readBacks.afterAnswer(
            isAskedAgain: job.isAskedAgain,
            nextPoll: advance.nextPoll,
            readBacks(of: order.key).allowance,
            now: context.now
        )
        if order.key == job.subject {
            try settle(work.lease, next, now: context.now)
        } else {
            // The row was another's order: the job went with it, and that order's own job carries on.
            switch next {
            case .again(let due):
                try arm(.verify, subject: order.key, due: due, now: context.now, source: .callback)
            case .poll(let due): try arm(.verify, subject: order.key, due: due, now: context.now)
            case .nothing: break
            }
        }
        return (advance, cursor)
    }

    /// Keeps what an order's searches have found for as long as one of the results has to be chosen.
    private func keepSearches(of reading: Order, before: OrderRecord, after: OrderRecord) throws {
        if after.choiceSince != nil {
            guard reading.needsChoice else { return }
            try run(
                """
                INSERT INTO order_searches(order_key, searches) VALUES (?, ?)
                ON CONFLICT(order_key) DO UPDATE SET searches = excluded.searches WHERE searches <> excluded.searches
                """,
                [after.key, String(decoding: JSONValue.array(reading.searches.map(\.json)).encoded(), as: UTF8.self)]
            )
        } else if before.choiceSince != nil {
            try run("DELETE FROM order_searches WHERE order_key = ?", [after.key])
        }
    }

    /// Sets the next read-back of a job that is done, or ends the job.
    private func settle(_ lease: JobLease, _ next: ReadBackPlan.Next, now: Timestamp) throws {
        switch next {
        case .again(let due): try settle(lease, source: nil, due: due, now: now)
        case .poll(let due): try settle(lease, source: .poll, due: due, now: now)
        case .nothing: try end(job: lease.job)
        }
    }

    private func settle(_ lease: JobLease, source: OrderProgress.Trigger?, due: Timestamp, now: Timestamp) throws {
        try run(
            """
            UPDATE jobs SET due_ms = ?, attempt = 0, refusals = 0, refused_since_ms = NULL,
                source = coalesce(?, source), lease_boot = NULL, crashes = 0, last_reason = NULL
            WHERE id = ?
            """,
            [due.milliseconds, source?.rawValue, lease.job]
        )
        wake(.verify, due: due, now: now)
    }
}
