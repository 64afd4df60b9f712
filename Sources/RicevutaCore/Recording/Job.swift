public import BaseKit

/// What a job does.
public enum JobKind: String, Sendable, CaseIterable, Codable {
    /// Read an order back from the API. One for each open order: a callback brings it forward, else it is the next
    /// poll.
    case verify
    /// Fetch an order's document.
    case fetch
    /// Hand one notification to one sink.
    case deliver
}

/// Who holds a lease: one run of one receiver.
public struct LeaseHolder: Hashable, Sendable {
    /// The receiver.
    public var receiver: ReceiverID
    /// Its run; of two of one receiver, the later one's is greater.
    public var boot: Int64

    /// Names a holder.
    public init(receiver: ReceiverID, boot: Int64) {
        self.receiver = receiver
        self.boot = boot
    }
}

/// The right to do one job, until it is given back, expires, or its holder is gone.
///
/// A lease is free when one of these holds:
/// - Its time is over.
/// - Its holder is an earlier boot of the receiver that asks: nothing else can be running, so it is free at once.
/// - Its holder is another receiver whose heartbeat has expired, or which has started again. As long as that
///   one lives, its leases are its own.
///
/// A job whose holder is gone has lost its program while it was being done; one that is taken from a living holder,
/// because its time is over, has not.
///
/// Every transition is a compare-and-set on all of these: a lease that was taken over changes nothing any more.
public struct JobLease: Sendable, Equatable {
    /// The job's number.
    public var job: Int64
    /// What it does.
    public var kind: JobKind
    /// Which attempt this is, from 1.
    public var attempt: Int
    /// Who holds it.
    public var holder: LeaseHolder
    /// How often the job had been asked for when the lease was taken: asked for again meanwhile, it runs again.
    public var revision: Int64
    /// Tells this lease from every other one of the same job: attempts are counted anew when a job is done.
    public var serial: Int64
    /// How often the provider has said no so far.
    public var refusals: Refusals

    /// Creates a lease.
    public init(
        job: Int64,
        kind: JobKind,
        attempt: Int,
        holder: LeaseHolder,
        revision: Int64,
        serial: Int64 = 0,
        refusals: Refusals = Refusals()
    ) {
        self.job = job
        self.kind = kind
        self.attempt = attempt
        self.holder = holder
        self.revision = revision
        self.serial = serial
        self.refusals = refusals
    }
}

/// Answers that what a job is after does not exist, or is broken.
///
/// Attempts that met an outage or were too early are none of them: a provider that comes back after days may say "not
/// found" once, and that must not be the last that is asked.
public struct Refusals: Sendable, Equatable {
    /// How many there were since the job was last done.
    public var count: Int
    /// When the first of them came.
    public var since: Timestamp?

    /// Creates a count.
    public init(count: Int = 0, since: Timestamp? = nil) {
        self.count = count
        self.since = since
    }

    /// Whether one more makes at least so many, over at least so long.
    public func reach(_ most: Int, over patience: Duration, withOneAt now: Timestamp) -> Bool {
        count + 1 >= most && now - (since ?? now) >= patience
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
    ///   - refusedAt: When the provider said no, which is counted (``Refusals``); `nil` when it did not.
    /// - Throws: ``LedgerError``.
    func postpone(
        _ lease: JobLease,
        until due: Timestamp,
        reason: String,
        refusedAt: Timestamp?
    ) async throws(LedgerError)
}

extension JobLedger {
    /// Gives the lease back and sets the job's next due time, for another reason than that the provider said no.
    ///
    /// - Throws: ``LedgerError``.
    public func postpone(_ lease: JobLease, until due: Timestamp, reason: String) async throws(LedgerError) {
        try await postpone(lease, until: due, reason: reason, refusedAt: nil)
    }
}
