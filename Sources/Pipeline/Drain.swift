import Synchronization

/// Tells the loops of a flow that another one has taken over: they take nothing new, and finish what they have begun,
/// however long that takes.
///
/// A loop looks at it each time it wakes, which is once a second at least.
public final class Drain: Sendable {
    private let flag = Atomic(false)

    /// Creates one that has not begun.
    public init() {}

    /// Whether it has begun.
    public var hasBegun: Bool { flag.load(ordering: .acquiring) }

    /// Begins; for good.
    public func begin() { flag.store(true, ordering: .releasing) }
}
