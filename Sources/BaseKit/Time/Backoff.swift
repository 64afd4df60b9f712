/// Delays that grow with each failed attempt, up to a longest one; without a clock or a random source, which are the
/// caller's.
package struct Backoff: Sendable, Equatable {
    /// How much longer each delay is than the one before.
    package enum Growth: Sendable {
        /// Twice as long.
        case doubling
        /// Half as long again.
        case byHalf
    }

    /// How far a delay may be shortened at random, so that callers that failed together do not come back together.
    package enum Jitter: Sendable {
        /// Not at all.
        case none
        /// To no less than half.
        case half
        /// To nothing.
        case full
    }

    /// The delay after the first attempt.
    package var first: Duration
    /// The longest delay, also of the first attempt.
    package var longest: Duration
    /// How the delay grows.
    package var growth: Growth
    /// How it is shortened.
    package var jitter: Jitter

    /// Creates a backoff.
    package init(first: Duration, longest: Duration, growth: Growth = .doubling, jitter: Jitter = .none) {
        self.first = first
        self.longest = longest
        self.growth = growth
        self.jitter = jitter
    }

    /// The delay before jitter.
    ///
    /// - Parameter attempt: The number of attempts that have failed; less than 1 counts as 1.
    /// - Returns: The longest that the delay can be.
    package func bound(afterAttempt attempt: Int) -> Duration {
        var delay = first
        // A delay that has not reached the longest one after so many steps never does: it is zero.
        for _ in 0..<min(max(1, attempt) - 1, 128) where delay < longest {
            switch growth {
            case .doubling: delay *= 2
            case .byHalf: delay = delay * 3 / 2
            }
        }
        return min(delay, longest)
    }

    /// The delay before the next attempt.
    ///
    /// - Parameters:
    ///   - attempt: The number of attempts that have failed; less than 1 counts as 1.
    ///   - random: A number in 0...1 drawn by the caller, cut to that range; 1 gives the whole bound.
    /// - Returns: How long to wait.
    package func delay(afterAttempt attempt: Int, random: Double) -> Duration {
        let random = min(max(0, random), 1)
        return switch jitter {
        case .none: bound(afterAttempt: attempt)
        case .half: bound(afterAttempt: attempt) * (0.5 + random / 2)
        case .full: bound(afterAttempt: attempt) * random
        }
    }
}
