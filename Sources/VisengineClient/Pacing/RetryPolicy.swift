import BaseKit

/// Decides whether and when a failed call is made again: exponential backoff with full jitter, `Retry-After` obeyed.
///
/// Without a clock or a random source: the caller draws the random number and waits.
public struct RetryPolicy: Sendable, Equatable {
    /// The number of attempts in all, at least 1.
    public var maxAttempts: Int
    /// The upper bound of the delay after the first attempt; doubles with each.
    public var firstDelay: Duration
    /// The most that the upper bound grows to.
    public var maxDelay: Duration
    /// The longest `Retry-After` that is waited for within a call; a longer one ends the call, and is handed to the
    /// caller.
    public var maxRetryAfter: Duration

    /// Creates a policy.
    public init(
        maxAttempts: Int = 4,
        firstDelay: Duration = .milliseconds(500),
        maxDelay: Duration = .seconds(20),
        maxRetryAfter: Duration = .seconds(60)
    ) {
        self.maxAttempts = max(1, maxAttempts)
        self.firstDelay = firstDelay
        self.maxDelay = maxDelay
        self.maxRetryAfter = maxRetryAfter
    }

    /// One attempt, whatever happens.
    public static let never = RetryPolicy(maxAttempts: 1)

    /// How long to wait before the next attempt.
    ///
    /// - Parameters:
    ///   - attempt: Which attempt failed, from 1.
    ///   - retryAfter: What the provider asked for.
    ///   - random: A number in 0...1 drawn by the caller, cut to that range.
    /// - Returns: The delay, or `nil` when there is to be no further attempt.
    public func delay(afterAttempt attempt: Int, retryAfter: Duration?, random: Double) -> Duration? {
        guard attempt < maxAttempts else { return nil }
        let backoff = Backoff(first: firstDelay, longest: maxDelay, jitter: .full)
        let own = backoff.delay(afterAttempt: attempt, random: random)
        guard let retryAfter else { return own }
        // What was asked for is the least; jitter on top keeps many callers from coming back at the same instant.
        return retryAfter <= maxRetryAfter ? retryAfter + own : nil
    }
}
