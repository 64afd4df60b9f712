public import BaseKit

/// The read-backs that are brought forward at a start: a callback that came while nothing ran was told once, to nobody.
public struct CatchUp: Sendable, Equatable {
    /// How many orders are read back, those that were due already among them.
    public var orders: Int
    /// For how long no receiver ran; `nil` when that is not known.
    public var idle: Duration?

    /// Creates a summary.
    public init(orders: Int, idle: Duration? = nil) {
        self.orders = orders
        self.idle = idle
    }

    /// When an order is read back: one after another, so that callbacks that arrive meanwhile go first, and none sooner
    /// after the last time than it may.
    ///
    /// - Parameters:
    ///   - place: Its place among all, from 0.
    ///   - spacing: The time between two orders.
    ///   - lastAsked: When the API was last asked for it, if ever.
    ///   - plan: How often it may be asked for.
    ///   - now: The current time.
    /// - Returns: The time.
    public static func due(
        place: Int,
        spacing: Duration,
        lastAsked: Timestamp?,
        plan: ReadBackPlan,
        now: Timestamp
    ) -> Timestamp {
        let turn = now + spacing * place
        guard let lastAsked, lastAsked <= now else { return turn }
        return max(turn, lastAsked + plan.minInterval)
    }
}
