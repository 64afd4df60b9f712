public import BaseKit

/// What one callback says, whatever its shape: a hint, never a fact.
public struct CallbackClaim: Sendable, Equatable {
    /// The order's id, when the body has one.
    public var orderID: OrderID?
    /// The state it claims.
    public var state: OrderState?
    /// `timestamp_last_update`, when the body has it.
    public var lastUpdate: Timestamp?
    /// `stato_ricerca` of the last search, when there is one: search results make callbacks of their own.
    public var lastSearchState: String?
    /// What came back of our own data.
    public var echo: CallbackEcho

    /// Creates a claim.
    public init(
        orderID: OrderID? = nil,
        state: OrderState? = nil,
        lastUpdate: Timestamp? = nil,
        lastSearchState: String? = nil,
        echo: CallbackEcho = .absent
    ) {
        self.orderID = orderID
        self.state = state
        self.lastUpdate = lastUpdate
        self.lastSearchState = lastSearchState
        self.echo = echo
    }
}
