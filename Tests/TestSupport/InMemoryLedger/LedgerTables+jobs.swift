import BaseKit
import RicevutaCore

/// A job's place: what it does, and to what.
struct JobID: Hashable {
    let kind: JobKind
    let subject: Int64

    static func verify(_ order: Int64) -> JobID { JobID(kind: .verify, subject: order) }
    static func fetch(_ order: Int64) -> JobID { JobID(kind: .fetch, subject: order) }
    /// The job of a delivery, by its place in the list.
    static func deliver(_ index: Int) -> JobID { JobID(kind: .deliver, subject: Int64(index) + 1) }

    /// The place of its delivery in the list.
    var delivery: Int { Int(subject) - 1 }

    /// The job's number.
    var number: Int64 {
        switch kind {
        case .verify: subject * 4
        case .fetch: subject * 4 + 1
        case .deliver: subject * 4 + 2
        }
    }
}

struct Job {
    struct Lease: Equatable {
        let holder: LeaseHolder
        let serial: Int64
        let until: Timestamp
    }

    var id: JobID
    /// Where a delivery goes: each sink's wait by themselves.
    var sink: SinkName?
    var due: Timestamp
    var attempt = 0
    var revision: Int64 = 1
    var source: OrderProgress.Trigger
    var lease: Lease?
    var crashes = 0
    var refusals = Refusals()
    var lastReason: String?
    var scheduled: Timestamp
}

extension LedgerTables {
    /// Makes sure that the job exists and is due no later than `due`.
    mutating func arm(
        _ kind: JobKind,
        subject: Int64,
        sink: SinkName? = nil,
        due: Timestamp,
        now: Timestamp,
        source: OrderProgress.Trigger = .poll
    ) {
        let id = JobID(kind: kind, subject: subject)
        if var job = jobs[id] {
            job.revision += 1
            job.due = min(job.due, due)
            job.scheduled = now
            if source != .poll, job.source != .callback { job.source = source }
            jobs[id] = job
        } else {
            jobs[id] = Job(id: id, sink: sink, due: due, source: source, scheduled: now)
        }
        if let latest = latestSchedule { latestSchedule = max(latest, now) }
        wakes.append(Wake(kind: kind, delay: due - now))
    }

    /// Takes due jobs, oldest due first.
    mutating func lease(
        _ kind: JobKind,
        sink: SinkName? = nil,
        limit: Int,
        now: Timestamp,
        leaseFor: Duration
    ) -> [(job: Job, lease: JobLease)] {
        guard limit > 0 else { return [] }
        noticeClockSetBack(now: now)
        let due = jobs.values.filter { $0.id.kind == kind && $0.sink == sink && isFree($0, at: now) && $0.due <= now }
        var leased: [(job: Job, lease: JobLease)] = []
        for var job in due.sorted(by: { ($0.due, $0.id.number) < ($1.due, $1.id.number) }).prefix(limit) {
            // A living receiver's job is taken only when its time is over, which is no crash.
            let wasInFlight = job.lease.map { $0.holder.receiver == holder.receiver && $0.holder != holder } ?? false
            switch rules.crashes.decide(crashes: job.crashes, wasInFlight: wasInFlight, now: now) {
            case .pause(let due):
                job.due = due
                job.crashes = 0
                job.lease = nil
                job.lastReason = CrashPolicy.reason
                if kind == .verify { skipCallbacks(of: job.id.subject) }
            case .lease(let crashes):
                job.attempt += 1
                job.crashes = crashes
                job.scheduled = now
                job.lease = Job.Lease(holder: holder, serial: .random(in: 1 ... .max), until: now + leaseFor)
                leased.append((job, lease(of: job)))
            }
            jobs[job.id] = job
        }
        let next = jobs.values.filter { $0.id.kind == kind && $0.sink == sink && $0.due > now }.map(\.due).min()
        if let next { wakes.append(Wake(kind: kind, delay: next - now)) }
        return leased
    }

    func lease(of job: Job) -> JobLease {
        JobLease(
            job: job.id.number,
            kind: job.id.kind,
            attempt: job.attempt,
            holder: holder,
            revision: job.revision,
            serial: job.lease?.serial ?? 0,
            refusals: job.refusals
        )
    }

    /// Whether nobody is doing the job.
    func isFree(_ job: Job, at now: Timestamp) -> Bool {
        guard let lease = job.lease else { return true }
        // Whoever else has it is taken to live.
        return lease.until <= now || (lease.holder.receiver == holder.receiver && lease.holder != holder)
    }

    /// Makes due what was scheduled later than now; see ``WallClockCheck``.
    private mutating func noticeClockSetBack(now: Timestamp) {
        let latest = latestSchedule ?? jobs.values.map(\.scheduled).max() ?? now
        guard WallClockCheck.isSetBack(since: latest, now: now) else {
            latestSchedule = max(latest, now)
            return
        }
        for var job in jobs.values where job.scheduled > now + WallClockCheck.tolerance {
            job.due = min(job.due, now)
            job.scheduled = now
            jobs[job.id] = job
        }
        latestSchedule = now
        for kind in JobKind.allCases { wakes.append(Wake(kind: kind, delay: .zero)) }
    }

    private mutating func skipCallbacks(of order: Int64) {
        for (id, row) in callbacks where row.order == order && row.verdict == .waiting {
            callbacks[id]?.verdict = .skipped
        }
    }

    /// The job of a lease that still holds.
    func held(_ lease: JobLease) throws -> Job {
        let job = jobs.values.first { $0.id.number == lease.job }
        guard let job, let held = job.lease, held.holder == lease.holder, held.serial == lease.serial,
            job.attempt == lease.attempt
        else { throw LedgerError.leaseLost(job: lease.job) }
        return job
    }

    /// When a held job that is given back is due; see ``ReadBackPlan``.
    func due(of job: Job, _ lease: JobLease, atLatest due: Timestamp) -> Timestamp {
        guard job.revision != lease.revision else { return due }
        guard job.id.kind == .verify, let order = orders[job.id.subject] else { return min(due, job.due) }
        return rules.readBacks.afterFailure(
            atLatest: due,
            isAskedAgain: job.revision != lease.revision,
            lastAsked: order.lastAsked,
            order.allowance
        )
    }

    /// Gives a held job back, to be tried again.
    mutating func postpone(_ job: Job, until due: Timestamp, reason: String?, refusedAt: Timestamp? = nil) {
        var job = job
        job.due = due
        job.lastReason = reason
        job.lease = nil
        job.crashes = 0
        if let refusedAt {
            job.refusals.count += 1
            job.refusals.since = job.refusals.since ?? refusedAt
        }
        jobs[job.id] = job
    }

    /// Sets the next time of a job that is done.
    mutating func begin(_ job: Job, anewAt due: Timestamp, source: OrderProgress.Trigger, now: Timestamp) {
        var job = job
        job.due = due
        job.source = source
        job.attempt = 0
        job.lastReason = nil
        job.refusals = Refusals()
        job.lease = nil
        job.crashes = 0
        jobs[job.id] = job
        wakes.append(Wake(kind: job.id.kind, delay: due - now))
    }

    /// Gives a job back whose outcome could not be written, if its lease still holds.
    mutating func giveBack(_ lease: JobLease, now: Timestamp) {
        guard let job = try? held(lease) else { return }  // It is lost, then.
        let due = now + LostOutcome.pause(afterAttempt: lease.attempt)
        postpone(job, until: due, reason: LostOutcome.reason)
        wakes.append(Wake(kind: lease.kind, delay: due - now))
    }

    /// Gives back what this process has; a lease of one that died shows that it did.
    mutating func giveBackAllLeases() {
        for (id, job) in jobs where job.lease?.holder == holder { jobs[id]?.lease = nil }
    }
}
