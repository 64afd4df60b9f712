/// Limits a rate: so many calls at once, then so many a second.
///
/// A reservation is made also when it is not due yet, so that those who wait are served in turn. Without a clock: the
/// caller says what time it is, as a duration since any fixed moment.
public struct TokenBucket: Sendable, Equatable {
    /// How many calls may be made at once after a rest, at least 1.
    public let capacity: Double
    /// How many calls a second may be made, more than 0.
    public let refillPerSecond: Double

    private var tokens: Double
    private var filledAt: Duration

    /// Creates a full bucket.
    public init(capacity: Int, refillPerSecond: Double, now: Duration) {
        self.capacity = Double(max(1, capacity))
        self.refillPerSecond = max(refillPerSecond, 0.001)
        tokens = self.capacity
        filledAt = now
    }

    /// Reserves one call.
    ///
    /// - Returns: How long to wait before making it; zero when it can be made at once.
    public mutating func reserve(now: Duration) -> Duration {
        refill(now)
        tokens -= 1
        return tokens >= 0 ? .zero : .seconds(-tokens / refillPerSecond)
    }

    /// Gives a reservation back that is not going to be used.
    public mutating func release(now: Duration) {
        refill(now)
        tokens = min(capacity, tokens + 1)
    }

    private mutating func refill(_ now: Duration) {
        // A clock that stands still or runs backwards gives nothing, and takes nothing.
        guard now > filledAt else { return }
        tokens = min(capacity, tokens + (now - filledAt) / .seconds(1) * refillPerSecond)
        filledAt = now
    }
}
