public import Visengine

/// Callbacks that a reading was the first to be held against, and that claim what it does not show.
public struct UnconfirmedCallbacks: Sendable, Equatable {
    /// How many.
    public var count: Int
    /// The state that the last of them claims; `nil` when it cannot be read.
    public var state: OrderState?
    /// Who sent the last of them.
    public var peer: String

    /// Names one.
    public init(state: OrderState?, peer: String) {
        count = 1
        self.state = state
        self.peer = peer
    }

    /// Adds others, which came later.
    public mutating func add(_ later: UnconfirmedCallbacks) {
        count += later.count
        (state, peer) = (later.state, later.peer)
    }
}

extension UnconfirmedCallbacks? {
    /// Adds others, which came later, if there are any.
    public mutating func add(_ later: UnconfirmedCallbacks?) {
        guard let later else { return }
        if self == nil { self = later } else { self?.add(later) }
    }
}
