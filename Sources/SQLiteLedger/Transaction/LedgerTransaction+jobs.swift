import BaseKit
import GRDB
import RicevutaCore

/// A job that was just leased.
struct LeasedJob {
    let lease: JobLease
    let subject: Int64
    let source: OrderProgress.Trigger
}

/// A job as held by its lease.
struct HeldJob {
    let subject: Int64
    /// When it was scheduled for; earlier than it was leased for when it was asked for meanwhile.
    let due: Timestamp
    let source: OrderProgress.Trigger
    let isAskedAgain: Bool
}

extension LedgerTransaction {
    /// Makes sure that the job exists and is due no later than `due`.
    func arm(
        _ lane: JobLane,
        subject: Int64,
        due: Timestamp,
        now: Timestamp,
        source: OrderProgress.Trigger = .poll
    ) throws {
        try run(
            """
            INSERT INTO jobs(id, lane, subject, due_ms, source, scheduled_ms) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT(id) DO UPDATE SET
                revision = revision + 1, due_ms = min(due_ms, excluded.due_ms), scheduled_ms = excluded.scheduled_ms,
                source = CASE WHEN excluded.source = 'poll' OR source = 'callback' THEN source ELSE excluded.source END
            """,
            [
                JobNumber.of(lane.kind, subject), lane.name, subject, due.milliseconds, source.rawValue,
                now.milliseconds,
            ]
        )
        if let latest = latestSchedule { latestSchedule = max(latest, now) }
        wake(lane.kind, due: due, now: now)
    }

    /// Leases due jobs, oldest due first.
    func lease(_ lane: JobLane, limit: Int, now: Timestamp, leaseFor: Duration) throws -> [LeasedJob] {
        guard let boot else { throw LedgerError.conflict("only the serving process may lease jobs") }
        var leased: [LeasedJob] = []
        guard limit > 0 else { return leased }
        try noticeClockSetBack(now: now)
        let due = try rows(
            """
            SELECT id, subject, attempt, revision, source, lease_boot, lease_boot IN (\(Self.otherBoots)) AS is_held,
                crashes, refusals, refused_since_ms
            FROM jobs WHERE lane = ?1 AND due_ms <= ?2 AND (lease_boot IS NULL OR lease_until_ms <= ?2
                OR (lease_boot <> ?3 AND lease_boot NOT IN (\(Self.otherBoots))))
            ORDER BY due_ms LIMIT ?5
            """,
            [lane.name, now.milliseconds, boot.number, boot.receiverNumber, limit]
        )
        for row in due {
            let id: Int64 = try row.integer("id")
            do {
                let subject = try row.integer("subject")
                // Its holder is gone, and may have gone because of it. One that is taken from a living holder, since
                // its time is over, says nothing about the job.
                let holder = try row.optionalInteger("lease_boot")
                let isOrphaned = try holder.map { $0 != boot.number } == true && row.optionalInteger("is_held") != 1
                let decision = rules.crashes.decide(
                    crashes: Int(try row.integer("crashes")),
                    wasInFlight: isOrphaned,
                    now: now
                )
                let lease = JobLease(
                    job: id,
                    kind: lane.kind,
                    attempt: Int(try row.integer("attempt")) + 1,
                    holder: boot.holder,
                    revision: try row.integer("revision"),
                    serial: .random(in: 1 ... .max),
                    refusals: Refusals(
                        count: Int(try row.integer("refusals")),
                        since: try row.optionalTime("refused_since_ms")
                    )
                )
                let job = LeasedJob(lease: lease, subject: subject, source: try row.name("source"))
                switch decision {
                case .lease(let crashes):
                    try take(job, crashes: crashes, now: now, until: now + leaseFor)
                    leased.append(job)
                case .pause(let due): try pauseCrashing(job, until: due)
                }
            } catch let error as UnreadableRow {
                try quarantine(job: id, error, now: now)
            }
        }
        try wakeForNext(lane, now: now)
        return leased
    }

    /// The boots of other receivers that live: their leases are their own.
    ///
    /// In a query where ?2 is the time, and ?4 this receiver's number.
    private static let otherBoots = """
        SELECT boot FROM receivers WHERE number <> ?4 AND boot IS NOT NULL AND alive_until_ms > ?2
        """

    /// Makes due what was scheduled later than now; see ``WallClockCheck``.
    private func noticeClockSetBack(now: Timestamp) throws {
        if latestSchedule == nil { try repairJobs(now: now) }
        let latest =
            try latestSchedule ?? row("SELECT max(scheduled_ms) AS at FROM jobs", [])?.optionalTime("at") ?? now
        guard WallClockCheck.isSetBack(since: latest, now: now) else {
            latestSchedule = max(latest, now)
            return
        }
        try run(
            "UPDATE jobs SET due_ms = min(due_ms, ?1), scheduled_ms = ?1 WHERE scheduled_ms > ?2",
            [now.milliseconds, (now + WallClockCheck.tolerance).milliseconds]
        )
        latestSchedule = now
        for kind in JobKind.allCases { wakes.append((kind, .zero)) }
    }

    private func take(_ job: LeasedJob, crashes: Int, now: Timestamp, until: Timestamp) throws {
        try run(
            """
            UPDATE jobs SET attempt = ?, lease_boot = ?, lease_serial = ?, lease_until_ms = ?, crashes = ?,
                scheduled_ms = ?
            WHERE id = ?
            """,
            [
                job.lease.attempt, job.lease.holder.boot, job.lease.serial, until.milliseconds, crashes,
                now.milliseconds, job.lease.job,
            ]
        )
    }

    /// The program died with this job in flight, again and again: others go first, and its callbacks are marked.
    private func pauseCrashing(_ job: LeasedJob, until due: Timestamp) throws {
        try run(
            "UPDATE jobs SET due_ms = ?, crashes = 0, lease_boot = NULL, last_reason = ? WHERE id = ?",
            [due.milliseconds, CrashPolicy.reason, job.lease.job]
        )
        guard job.lease.kind == .verify else { return }
        try run(
            """
            UPDATE callbacks SET verdict = 'skipped'
            WHERE \(CallbackPartitions.all) AND order_key = ? AND verdict = 'waiting'
            """,
            [job.subject]
        )
    }

    /// Tells the notifier when the lane's next job falls due.
    func wakeForNext(_ lane: JobLane, now: Timestamp) throws {
        let next = try row(
            "SELECT min(due_ms) AS due_ms FROM jobs WHERE lane = ? AND due_ms > ?",
            [lane.name, now.milliseconds]
        )
        if let due = try next?.optionalTime("due_ms") { wake(lane.kind, due: due, now: now) }
    }

    /// The job of a lease that still holds.
    func held(_ lease: JobLease) throws -> HeldJob {
        let found = try row(
            "SELECT subject, due_ms, source, revision FROM jobs "
                + "WHERE id = ? AND lease_boot = ? AND lease_serial = ? AND attempt = ?",
            [lease.job, lease.holder.boot, lease.serial, lease.attempt]
        )
        guard let found else { throw LedgerError.leaseLost(job: lease.job) }
        return HeldJob(
            subject: try found.integer("subject"),
            due: try found.time("due_ms"),
            source: try found.name("source"),
            isAskedAgain: try found.integer("revision") != lease.revision
        )
    }

    /// When a held job that is given back is due; see ``ReadBackPlan``.
    func due(of job: HeldJob, _ kind: JobKind, atLatest due: Timestamp) throws -> Timestamp {
        guard job.isAskedAgain else { return due }
        guard kind == .verify else { return min(due, job.due) }
        let (allowance, lastAsked) = try readBacks(of: job.subject)
        return rules.readBacks.afterFailure(
            atLatest: due,
            isAskedAgain: job.isAskedAgain,
            lastAsked: lastAsked,
            allowance
        )
    }

    /// Gives a held job back, to be tried again.
    func postpone(_ lease: JobLease, until due: Timestamp, reason: String?, refusedAt: Timestamp? = nil) throws {
        try run(
            """
            UPDATE jobs SET due_ms = ?, lease_boot = NULL, crashes = 0, last_reason = ?, refusals = refusals + ?,
                refused_since_ms = coalesce(refused_since_ms, ?)
            WHERE id = ?
            """,
            [due.milliseconds, reason, refusedAt == nil ? 0 : 1, refusedAt?.milliseconds, lease.job]
        )
    }

    /// Gives a job back whose outcome could not be written, if its lease still holds: it is tried again, later each
    /// time.
    func giveBack(_ lease: JobLease, now: Timestamp) throws {
        let due = now + LostOutcome.pause(afterAttempt: lease.attempt)
        try run(
            """
            UPDATE jobs SET due_ms = ?, lease_boot = NULL, crashes = 0, last_reason = ?
            WHERE id = ? AND lease_boot = ? AND lease_serial = ?
            """,
            [due.milliseconds, LostOutcome.reason, lease.job, lease.holder.boot, lease.serial]
        )
        if db.changesCount > 0 { wake(lease.kind, due: due, now: now) }
    }

    /// Ends a job.
    func end(job: Int64) throws { try run("DELETE FROM jobs WHERE id = ?", [job]) }
}
