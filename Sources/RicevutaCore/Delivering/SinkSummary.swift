public import BaseKit

/// What the ledger knows of one sink: what waits for it, and why it waits.
public struct SinkSummary: Sendable, Equatable, Codable {
    /// That nothing is delivered until an operator says so.
    public struct Stop: Sendable, Equatable, Codable {
        /// Since when.
        public var since: Timestamp
        /// Why; `nil` when nobody gave a reason.
        public var reason: String?

        /// Creates a stop.
        public init(since: Timestamp, reason: String?) {
            self.since = since
            self.reason = reason
        }
    }

    /// Deliveries that wait for their first or next attempt, or are being attempted.
    public var waiting: Int
    /// How many of these have failed at least once.
    public var retrying: Int
    /// When the oldest of those that wait was written.
    public var oldestWaiting: Timestamp?
    /// When the next of them is due; `nil` when none waits.
    ///
    /// It is earlier than now for what is about to be attempted, or waits for an operator.
    public var nextAttempt: Timestamp?
    /// Why the delivery failed last that was put off for the longest; `nil` when none of those that wait failed.
    public var lastError: String?
    /// Open dead letters.
    public var dead: Int
    /// When the oldest of them was written.
    public var oldestDead: Timestamp?
    /// That it answered 410, and wants nothing until it is enabled.
    public var disabled: Stop?
    /// That an operator paused it.
    public var paused: Stop?

    /// Creates a summary.
    public init(
        waiting: Int = 0,
        retrying: Int = 0,
        oldestWaiting: Timestamp? = nil,
        nextAttempt: Timestamp? = nil,
        lastError: String? = nil,
        dead: Int = 0,
        oldestDead: Timestamp? = nil,
        disabled: Stop? = nil,
        paused: Stop? = nil
    ) {
        self.waiting = waiting
        self.retrying = retrying
        self.oldestWaiting = oldestWaiting
        self.nextAttempt = nextAttempt
        self.lastError = lastError
        self.dead = dead
        self.oldestDead = oldestDead
        self.disabled = disabled
        self.paused = paused
    }

    /// Whether nothing is attempted until an operator says so.
    public var isStopped: Bool { disabled != nil || paused != nil }

    /// After how long of failing an operator should look at a sink.
    public static let patience = Duration.seconds(60)

    /// Whether deliveries have failed and are still waiting after ``patience``.
    public func isFailing(at now: Timestamp) -> Bool {
        guard retrying > 0, !isStopped, let oldestWaiting else { return false }
        return now - oldestWaiting >= Self.patience
    }
}
