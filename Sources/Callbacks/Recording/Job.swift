public import Visengine

/// What a job does.
public enum JobKind: String, Sendable, CaseIterable, Codable {
    /// Read an order back from the API. One for each open order: a callback brings it forward, else it is the next poll.
    case verify
    /// Fetch an order's document.
    case fetch
    /// Hand one notification to one sink.
    case deliver
}

/// The right to do one job, until it is given back or the process ends.
///
/// Every transition is a compare-and-set on all of these: a lease that was taken over changes nothing any more.
public struct JobLease: Sendable, Equatable {
    /// The job's number.
    public var job: Int64
    /// What it does.
    public var kind: JobKind
    /// Which attempt this is, from 1.
    public var attempt: Int
    /// The boot that holds it: leases of earlier boots are free at once after a start.
    public var boot: Int64
    /// How often the job had been asked for when the lease was taken: asked for again meanwhile, it runs again.
    public var trigger: Int64
    /// Tells this lease from every other one of the same job: attempts are counted anew when a job is done.
    public var serial: Int64

    /// Creates a lease.
    public init(job: Int64, kind: JobKind, attempt: Int, boot: Int64, trigger: Int64, serial: Int64 = 0) {
        self.job = job
        self.kind = kind
        self.attempt = attempt
        self.boot = boot
        self.trigger = trigger
        self.serial = serial
    }
}

/// Waiting for work, the same for every kind.
public protocol JobLedger: Sendable {
    /// Waits until a job of the kind may be due: one was written or brought forward, one falls due, or a second passed
    /// (another process, such as an operator's command, may have written one). Returns at once when cancelled.
    func waitForWork(_ kind: JobKind) async

    /// Gives the lease back and sets the job's next due time.
    ///
    /// - Parameters:
    ///   - lease: The lease.
    ///   - due: When the job is due next.
    ///   - reason: Why, without secrets or personal data; shown to operators.
    /// - Throws: ``LedgerError``.
    func postpone(_ lease: JobLease, until due: Timestamp, reason: String) async throws(LedgerError)
}
