public import Visengine

/// The port through which orders are placed at a provider.
public protocol OrderPlacer: Sendable {
    /// Places an order, or with ``OrderPlacement/isTest`` has it validated and priced.
    ///
    /// Never sends an order twice: a call whose outcome is unknown is not repeated.
    ///
    /// - Returns: What the provider answered; ``PlacedOrder/order`` is there unless it was a test.
    /// - Throws: ``CallFailure``; with ``CallFailure/Kind/outcomeUnknown`` the order may exist all the same.
    func place(_ placement: OrderPlacement) async throws(CallFailure) -> PlacedOrder
}
