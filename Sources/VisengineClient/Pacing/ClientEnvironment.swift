public import BaseKit
import FoundationEssentials

/// The clocks, the waiting and the randomness that a client uses.
public struct ClientEnvironment: Sendable {
    /// The time of day, for a `Retry-After` that is a date.
    public var now: @Sendable () -> Timestamp
    /// A clock that never runs backwards, as a duration since any fixed moment.
    public var monotonic: @Sendable () -> Duration
    /// Waits; ends early only by throwing.
    public var sleep: @Sendable (Duration) async throws(CancellationError) -> Void
    /// A number in 0...1 for each delay.
    public var random: @Sendable () -> Double

    /// Creates an environment.
    public init(
        now: @escaping @Sendable () -> Timestamp = ClientEnvironment.systemTime,
        monotonic: @escaping @Sendable () -> Duration = ClientEnvironment.uptime,
        sleep: @escaping @Sendable (Duration) async throws(CancellationError) -> Void = ClientEnvironment.wait,
        random: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }
    ) {
        self.now = now
        self.monotonic = monotonic
        self.sleep = sleep
        self.random = random
    }

    /// The system's time of day.
    public static let systemTime: @Sendable () -> Timestamp = {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    /// The time since this was first asked for.
    public static let uptime: @Sendable () -> Duration = {
        let start = ContinuousClock.now
        return { start.duration(to: .now) }
    }()

    /// Waits on the system's clock.
    public static let wait: @Sendable (Duration) async throws(CancellationError) -> Void = {
        (duration: Duration) async throws(CancellationError) -> Void in
        guard await Deadlines.shared.sleep(for: duration) else { throw CancellationError() }
    }
}
