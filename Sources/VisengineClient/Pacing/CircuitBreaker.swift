/// Stops calling a provider that is down: after some failures in a row it refuses at once for a while, then lets one
/// call through to see.
///
/// Without a clock: the caller says what time it is, as a duration since any fixed moment.
public struct CircuitBreaker: Sendable, Equatable {
    /// When it opens, and for how long.
    public struct Settings: Sendable, Equatable {
        /// The failures in a row that open it, at least 1.
        public var failures: Int
        /// How long it stays open before one call is let through.
        public var openFor: Duration

        /// Creates settings.
        public init(failures: Int = 8, openFor: Duration = .seconds(30)) {
            self.failures = max(1, failures)
            self.openFor = openFor
        }
    }

    /// Where it stands.
    public enum State: Sendable, Equatable {
        /// Calls go through; so many have failed in a row.
        case closed(failures: Int)
        /// Calls are refused until then.
        case open(until: Duration)
        /// One call is under way to see whether the provider is back; others are refused.
        case halfOpen(since: Duration)
    }

    /// How a call ended, as far as the provider's health goes.
    public enum Outcome: Sendable {
        /// The provider answered, whatever it said.
        case answered
        /// The network or the provider failed.
        case failed
        /// Nothing was learnt: the call was cancelled.
        case unknown
    }

    /// Whether a call may be made.
    public enum Admission: Sendable, Equatable {
        /// Make it, and ``record(_:now:)`` how it ended.
        case admitted
        /// Do not; ask again after this long.
        case refused(retryAfter: Duration)
    }

    /// Where it stands.
    public private(set) var state = State.closed(failures: 0)
    private let settings: Settings

    /// Creates a closed breaker.
    public init(_ settings: Settings = Settings()) { self.settings = settings }

    /// Asks whether a call may be made now.
    public mutating func admit(now: Duration) -> Admission {
        switch state {
        case .closed: return .admitted
        case .open(let until) where now < until: return .refused(retryAfter: until - now)
        // A trial that was never recorded must not keep the breaker from ever closing.
        case .halfOpen(let since) where now - since < settings.openFor:
            return .refused(retryAfter: settings.openFor - (now - since))
        case .open, .halfOpen:
            state = .halfOpen(since: now)
            return .admitted
        }
    }

    /// Records how an admitted call ended.
    ///
    /// Calls that were admitted before it opened, and end after, do not close it, nor prolong its being open.
    public mutating func record(_ outcome: Outcome, now: Duration) {
        switch (state, outcome) {
        case (.closed, .answered), (.halfOpen, .answered): state = .closed(failures: 0)
        case (.closed(let failures), .failed):
            let failures = failures + 1
            state = failures >= settings.failures ? .open(until: now + settings.openFor) : .closed(failures: failures)
        case (.halfOpen, .failed): state = .open(until: now + settings.openFor)
        // The next call is the trial then.
        case (.halfOpen, .unknown): state = .open(until: now)
        case (.open, _), (.closed, .unknown): break
        }
    }
}
