public import BaseKit
public import Visengine

/// Recording orders that this program places: first here, then at the provider, so that a callback can never be a
/// surprise and an answer that is lost loses nothing.
public protocol PlacementLedger: Sendable {
    /// Records an order that is about to be placed, with its verify job due at `firstPoll`, unless its key or the
    /// day's limit stands against it.
    ///
    /// Looking and recording are one transaction, whatever other processes do: of two orders with the same key at once,
    /// one is recorded.
    ///
    /// - Parameters:
    ///   - order: The order.
    ///   - now: The current time; its day in Rome is the one that the order is spent on.
    ///   - firstPoll: When it is read back without a callback.
    /// - Returns: Whether it is to be sent.
    /// - Throws: ``LedgerError``.
    func placing(
        _ order: NewOrder,
        now: Timestamp,
        firstPoll: Timestamp
    ) async throws(LedgerError) -> PlacingDecision

    /// Records the provider's answer. A callback may have bound the same id already: that is no conflict.
    ///
    /// - Parameters:
    ///   - nonce: The order's.
    ///   - order: As the provider answered.
    ///   - price: What it costs by that answer; `nil` when that does not say, and what was known stays.
    ///   - now: The current time.
    /// - Returns: The order as recorded.
    /// - Throws: ``LedgerError/conflict(_:)`` when the nonce is bound to another id, or the id to another nonce.
    func placed(
        _ nonce: OrderNonce,
        as order: Order,
        price: Price?,
        now: Timestamp
    ) async throws(LedgerError) -> OrderRecord

    /// Records that the provider refused the order: it does not exist there, and its verify job ends.
    ///
    /// An order that is bound to an id exists, whatever the answer seemed to say: it stays as it is. One that a
    /// callback has asked for is still read back.
    ///
    /// An answer that was lost is not a refusal: leave the order pending, and reconciliation finds it by its token.
    func placementRefused(_ nonce: OrderNonce, reason: String, now: Timestamp) async throws(LedgerError)

    /// Records what orders of another program are called that will be placed with tokens of these nonces: the order
    /// that a callback opens for one gets the reference.
    ///
    /// - Throws: ``LedgerError``.
    func minted(_ nonces: [OrderNonce], for reference: OrderReference, now: Timestamp) async throws(LedgerError)
}
