import BaseKit

/// Decides what happens after each attempt, without a clock or a random source: exponential backoff with jitter.
public struct DeliveryRetryPolicy: Sendable, Equatable {
    /// What the caller does next.
    public enum Action: Sendable, Equatable {
        /// Done.
        case complete
        /// Try again no sooner than this long from now.
        case retry(after: Duration, reason: String)
        /// Out of attempts, or refused for good: a dead letter, listed and replayable.
        case deadLetter(reason: String)
        /// The sink is disabled; this delivery waits with the others until it is enabled.
        case disableSink(reason: String)
    }

    /// The number of attempts before a delivery is a dead letter, at least 1.
    public var maxAttempts: Int
    /// The delay after the first attempt; doubles with each.
    public var firstDelay: Duration
    /// The longest delay of our own.
    ///
    /// A longer `Retry-After` is obeyed, up to ``maxRetryAfter``.
    public var maxDelay: Duration
    /// The longest `Retry-After` that is obeyed.
    public var maxRetryAfter: Duration

    /// Creates a policy.
    ///
    /// The default covers about 18 hours.
    public init(
        maxAttempts: Int = 16,
        firstDelay: Duration = .seconds(5),
        maxDelay: Duration = .seconds(6 * 3600),
        maxRetryAfter: Duration = .seconds(24 * 3600)
    ) {
        self.maxAttempts = max(1, maxAttempts)
        self.firstDelay = firstDelay
        self.maxDelay = maxDelay
        self.maxRetryAfter = maxRetryAfter
    }

    /// Decides.
    ///
    /// - Parameters:
    ///   - outcome: How the attempt ended.
    ///   - attempt: Which attempt it was, from 1.
    ///   - random: A number in 0...1 drawn by the caller: delays are between half and the whole of their bound.
    /// - Returns: What the caller does next.
    public func action(after outcome: DeliveryOutcome, attempt: Int, random: Double) -> Action {
        switch outcome {
        case .accepted: return .complete
        case .permanent(let reason): return .deadLetter(reason: reason)
        case .gone(let reason): return .disableSink(reason: reason)
        case .unreadable(let reason):
            return action(after: .transient(reason: reason), attempt: attempt, random: random)
        case .transient(let reason, _) where attempt >= maxAttempts:
            return .deadLetter(reason: "gave up after \(attempt) attempts: \(reason)")
        case .transient(let reason, let retryAfter):
            let backoff = Backoff(first: firstDelay, longest: maxDelay, jitter: .half)
            let own = backoff.delay(afterAttempt: attempt, random: random)
            return .retry(after: max(own, min(retryAfter ?? .zero, maxRetryAfter)), reason: reason)
        }
    }
}
