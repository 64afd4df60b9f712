public import BaseKit

/// What becomes of a job that was in flight when the program died: once is bad luck, again and again is the job's
/// doing.
public struct CrashPolicy: Sendable, Equatable {
    /// What to do with a job that is due.
    public enum Decision: Sendable, Equatable {
        /// Lease it, and keep that it was in flight so many times when the program died.
        case lease(crashes: Int)
        /// Leave it alone until then, and count anew: others go first.
        case pause(until: Timestamp)
    }

    /// Why a job is paused, for operators.
    public static let reason = "the process crashed several times during this job"

    /// How many times a job may be in flight when the program dies, at least 1.
    public var maxCrashes: Int
    /// For how long it is left alone then.
    public var pause: Duration

    /// Creates a policy.
    public init(maxCrashes: Int = 3, pause: Duration = .seconds(60)) {
        self.maxCrashes = max(1, maxCrashes)
        self.pause = pause
    }

    /// Decides whether a job that is due is leased.
    ///
    /// - Parameters:
    ///   - crashes: How many times it was in flight when the program died, before its last lease.
    ///   - wasInFlight: Whether the process that took the last lease died with it.
    ///   - now: The current time.
    /// - Returns: What to do.
    public func decide(crashes: Int, wasInFlight: Bool, now: Timestamp) -> Decision {
        let crashes = crashes + (wasInFlight ? 1 : 0)
        return crashes < maxCrashes ? .lease(crashes: crashes) : .pause(until: now + pause)
    }
}

/// Work that was done while its outcome could not be written: the lease is given back, and the work is done again.
public enum LostOutcome {
    /// Why such a job waits, for operators.
    public static let reason = "the outcome could not be written"

    private static let backoff = Backoff(first: .seconds(5), longest: .seconds(640))

    /// How long the job waits: 5 seconds after the first attempt, twice as long after each, at most 640 seconds.
    ///
    /// - Parameter attempt: Which attempt it was, from 1.
    /// - Returns: For how long.
    public static func pause(afterAttempt attempt: Int) -> Duration {
        backoff.bound(afterAttempt: attempt)
    }
}

/// Due times are by the wall clock: one that was set back would have everything wait for as long.
public enum WallClockCheck {
    /// How much later than now a job may have been scheduled: what queues for a writer carries its own time.
    public static let tolerance = Duration.seconds(30)

    /// Whether the clock was set back since jobs were scheduled last: what was scheduled later than ``tolerance`` from
    /// now is due now, so that nothing waits longer than it was to wait when it was scheduled.
    ///
    /// - Parameters:
    ///   - latest: When a job was scheduled or leased last.
    ///   - now: The current time.
    /// - Returns: Whether it was set back.
    public static func isSetBack(since latest: Timestamp, now: Timestamp) -> Bool { latest > now + tolerance }
}
