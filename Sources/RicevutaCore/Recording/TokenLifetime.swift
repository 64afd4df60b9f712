public import BaseKit

/// How long an order's token is good for: it stands in logs along the way, and whoever reads it there can post.
public struct TokenLifetime: Sendable, Equatable {
    /// What is noted as the problem of a callback whose token is over, when it has no other.
    public static let problem = "token_ended"

    /// How long after an order became final its callbacks are still recorded with their bodies.
    public var afterFinal: Duration

    /// Creates a lifetime; the default is two weeks.
    public init(afterFinal: Duration = .seconds(14 * 86_400)) { self.afterFinal = afterFinal }

    /// Whether the token of an order is over: of a callback that comes later is kept that it came.
    ///
    /// - Parameters:
    ///   - finalSince: Since when the order is final; `nil` when it is not.
    ///   - time: When the callback came.
    /// - Returns: Whether it is over.
    public func isOver(finalSince: Timestamp?, at time: Timestamp) -> Bool {
        guard let finalSince else { return false }
        return time - finalSince > afterFinal
    }
}
