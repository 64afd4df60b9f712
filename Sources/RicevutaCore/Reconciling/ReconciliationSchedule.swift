import BaseKit

/// How often an open order is read back when no callback asks for it.
public struct ReconciliationSchedule: Sendable, Equatable {
    /// The first interval.
    public var firstInterval: Duration
    /// The longest interval.
    public var maxInterval: Duration
    /// The shortest time between two read-backs of one order, however many callbacks arrive.
    public var minReadBackInterval: Duration
    /// How long after a change its callback may still be on its way.
    public var callbackGrace: Duration

    /// Creates a schedule.
    public init(
        firstInterval: Duration = .seconds(300),
        maxInterval: Duration = .seconds(3600),
        minReadBackInterval: Duration = .seconds(10),
        callbackGrace: Duration = .seconds(120)
    ) {
        self.firstInterval = firstInterval
        self.maxInterval = maxInterval
        self.minReadBackInterval = minReadBackInterval
        self.callbackGrace = callbackGrace
    }

    /// The interval after `quietPolls` readings that found nothing new: grows by half each time.
    public func interval(afterQuietPolls quietPolls: Int) -> Duration {
        // The first interval is the one after no quiet poll.
        Backoff(first: firstInterval, longest: maxInterval, growth: .byHalf)
            .bound(afterAttempt: max(0, min(quietPolls, .max - 1)) + 1)
    }
}
