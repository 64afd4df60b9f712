import BaseKit
import GRDB
import RicevutaCore
import Visengine

extension LedgerTransaction {
    /// Applies the API's answer: all that follows from it, or nothing.
    ///
    /// - Returns: What changed, and which callbacks are left to judge.
    func confirm(
        _ work: VerifyWork,
        reading: Order,
        binding: OrderBinding,
        context: ConfirmationContext
    ) throws -> (OrderProgress.Advance, Judging?) {
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
            schedule: context.schedule
        )
        try save(advance.record)
        let before = mismatched
        let judging = try judgeCallbacks(of: advance.record)
        if mismatched > before { advance.alarms.append(.otherOrder) }
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
        } else if let next = try job.isAskedAgain ? nextReadBack(of: order.key, after: context.now) : advance.nextPoll {
            // The row was another's order: the job went with it, and that order's own job carries on.
            let source = job.isAskedAgain ? OrderProgress.Trigger.callback : .poll
            try arm(.verify, subject: order.key, due: next, now: context.now, source: source)
        }
        return (advance, judging)
    }

    /// Sets the next poll, or ends the job; asked for again meanwhile, it runs again after the shortest interval.
    private func settle(
        _ lease: JobLease,
        _ job: HeldJob,
        next: Timestamp?,
        context: ConfirmationContext
    ) throws {
        if job.isAskedAgain {
            let asked = try nextReadBack(of: job.subject, after: context.now)
            let due = next.map { min($0, asked) } ?? asked
            try run(
                """
                UPDATE jobs SET due_ms = ?, attempt = 0, refusals = 0, refused_since_ms = NULL, lease_boot = NULL,
                    crashes = 0, last_reason = NULL
                WHERE id = ?
                """,
                [due.milliseconds, lease.job]
            )
            wake(.verify, due: due, now: context.now)
        } else if let next {
            try run(
                """
                UPDATE jobs SET due_ms = ?, attempt = 0, refusals = 0, refused_since_ms = NULL, source = 'poll',
                    lease_boot = NULL, crashes = 0, last_reason = NULL
                WHERE id = ?
                """,
                [next.milliseconds, lease.job]
            )
            wake(.verify, due: next, now: context.now)
        } else {
            try end(job: lease.job)
        }
    }
}
