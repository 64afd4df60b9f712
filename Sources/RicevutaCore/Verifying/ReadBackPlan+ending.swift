public import BaseKit
import Visengine

/// What comes after a read-back, whose lease is given back.
extension ReadBackPlan {
    /// What an order waits for next.
    public enum Next: Sendable, Equatable {
        /// A read-back at that time: a callback asked for it while the last one was made.
        case again(at: Timestamp)
        /// A poll at that time.
        case poll(at: Timestamp)
        /// Nothing, unless another callback arrives.
        case nothing
    }

    /// What comes after a read-back that the API answered.
    ///
    /// - Parameters:
    ///   - isAskedAgain: Whether a callback arrived while it was made.
    ///   - nextPoll: When the order is polled next; `nil` when nothing more is expected.
    ///   - allowance: What callbacks have caused so far; read only when a callback arrived.
    ///   - now: The current time.
    /// - Returns: What the order waits for.
    public func afterAnswer(
        isAskedAgain: Bool,
        nextPoll: Timestamp?,
        _ allowance: @autoclosure () throws -> Allowance,
        now: Timestamp
    ) rethrows -> Next {
        guard isAskedAgain else { return nextPoll.map { .poll(at: $0) } ?? .nothing }
        let asked = try next(after: now, allowance())
        return .again(at: nextPoll.map { min($0, asked) } ?? asked)
    }

    /// What comes after the API said that it knows no such order.
    ///
    /// An open order that the API has shown once is asked for once a day: it was paid for, and the provider may mend
    /// what hides it.
    ///
    /// - Parameters:
    ///   - order: The order; `nil` when it is gone.
    ///   - isAskedAgain: Whether a callback arrived while it was asked for.
    ///   - allowance: What callbacks have caused so far; read only when a callback arrived.
    ///   - now: The current time.
    /// - Returns: What the order waits for.
    public func afterNotFound(
        _ order: OrderRecord?,
        isAskedAgain: Bool,
        _ allowance: @autoclosure () throws -> Allowance,
        now: Timestamp
    ) rethrows -> Next {
        if isAskedAgain { return .again(at: try next(after: now, allowance())) }
        guard let order, order.id != nil, order.state?.isTerminal != true else { return .nothing }
        return .poll(at: now + Self.notFoundInterval)
    }

    /// When a read-back that is given back undone is due: a callback that arrived meanwhile brings it forward, as one
    /// that arrives later does.
    ///
    /// - Parameters:
    ///   - due: When it is due at the latest.
    ///   - isAskedAgain: Whether a callback arrived while it was under way.
    ///   - lastAsked: When the API was last asked, if ever.
    ///   - allowance: What callbacks have caused so far.
    /// - Returns: When it is due.
    public func afterFailure(
        atLatest due: Timestamp,
        isAskedAgain: Bool,
        lastAsked: Timestamp?,
        _ allowance: Allowance
    ) -> Timestamp {
        guard isAskedAgain, let lastAsked else { return due }
        return min(due, next(after: lastAsked, allowance))
    }
}
