public import BaseKit
import GRDB
public import RicevutaCore
public import Visengine

extension SQLiteStore: VerificationLedger {
    /// Takes due verify jobs, oldest due first.
    public func leaseVerifications(
        limit: Int,
        now: Timestamp,
        leaseFor: Duration
    ) async throws(LedgerError) -> [VerifyWork] {
        try await lease(.verify, now: now) { transaction in
            try transaction.lease(.verify, limit: limit, now: now, leaseFor: leaseFor).compactMap { job in
                try transaction.orUnreadable(job, now: now) {
                    guard let order = try transaction.order(key: job.subject) else { return nil }
                    try transaction.noteAsking(for: order.key, because: job.source, now: now)
                    let candidates = try order.id == nil ? transaction.candidates(of: order.key).open : []
                    return VerifyWork(lease: job.lease, order: order, candidates: candidates, trigger: job.source)
                }
            }
        }
    }

    /// Applies the API's answer; see ``VerificationLedger/confirm(_:reading:binding:context:)``.
    public func confirm(
        _ work: VerifyWork,
        reading: Order,
        binding: OrderBinding,
        context: ConfirmationContext
    ) async throws(LedgerError) -> OrderProgress.Advance {
        var (advance, cursor) = try await change("recording an order read", endingWorkUnder: work.lease) {
            transaction in
            try transaction.confirm(work, reading: reading, binding: binding, context: context)
        }
        // In transactions of their own, so that no callback waits for them. What this leaves undone, because the ledger
        // closes or fails, stays as it is until the order's next read-back: the order itself has moved.
        while let rest = cursor {
            let evaluated = try? await change("evaluating callbacks") { transaction in  // See above.
                let before = transaction.mismatched
                transaction.unconfirmed = nil
                let next = try transaction.evaluateMore(rest)
                return (
                    rest: next, hasOthers: transaction.mismatched > before, unconfirmed: transaction.unconfirmed
                )
            }
            cursor = evaluated?.rest
            advance.unconfirmed.add(evaluated?.unconfirmed)
            if evaluated?.hasOthers == true, !advance.alarms.contains(.otherOrder) {
                advance.alarms.append(.otherOrder)
            }
        }
        return advance
    }

    /// Records that a candidate is not this order's.
    public func rejectCandidate(
        _ id: OrderID,
        of work: VerifyWork,
        reason: String,
        nextPoll: Timestamp
    ) async throws(LedgerError) {
        try await change("rejecting a candidate order", endingWorkUnder: work.lease) { transaction in
            let job = try transaction.held(work.lease)
            try transaction.rejectCandidate(id, of: job.subject, reason: reason)
            let due = try transaction.due(of: job, .verify, atLatest: nextPoll)
            try transaction.postpone(work.lease, until: due, reason: reason)
        }
    }

    /// Ends verification until the order's next callback, or asks once a day; see ``ReadBackPlan``.
    public func park(_ work: VerifyWork, reason: String, now: Timestamp) async throws(LedgerError) {
        try await change("ending the polls of an order", endingWorkUnder: work.lease) { transaction in
            let job = try transaction.held(work.lease)
            try transaction.run("UPDATE orders SET problem = ? WHERE key = ?", [reason, job.subject])
            let order = try transaction.order(key: job.subject)
            let next = try transaction.rules.readBacks.afterNotFound(
                order,
                isAskedAgain: job.isAskedAgain,
                transaction.readBacks(of: job.subject).allowance,
                now: now
            )
            switch next {
            case .again(let due), .poll(let due):
                try transaction.postpone(work.lease, until: due, reason: reason)
            case .nothing:
                let note = "\(OrderChange.parked): \(reason)"
                try transaction.keep(OrderChange(at: now, cause: .init(job.source), note: note), of: job.subject)
                try transaction.end(job: work.lease.job)
            }
        }
    }
}

extension LedgerTransaction {
    /// Reads what a job is about; a row that cannot be read quarantines the job, one that is gone ends it.
    func orUnreadable<Work>(_ job: LeasedJob, now: Timestamp, _ body: () throws -> Work?) throws -> Work? {
        do {
            if let work = try body() { return work }
            try end(job: job.lease.job)
        } catch let error as UnreadableRow {
            try quarantine(job: job.lease.job, error, now: now)
        }
        return nil
    }
}
