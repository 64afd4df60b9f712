public import BaseKit
public import Visengine

/// Recording orders that this program places: first here, then at the provider, so that a callback can never be a
/// surprise and an answer that is lost loses nothing.
public protocol PlacementLedger: Sendable {
    /// Records an order that is about to be placed, with its verify job due at `firstPoll`.
    ///
    /// - Throws: ``LedgerError``.
    func placing(
        _ nonce: OrderNonce,
        at provider: ProviderID,
        item: ItemHash,
        itemName: String?,
        now: Timestamp,
        firstPoll: Timestamp
    )
        async throws(LedgerError) -> OrderRecord

    /// Records the provider's answer. A callback may have bound the same id already: that is no conflict.
    ///
    /// - Throws: ``LedgerError/conflict(_:)`` when the nonce is bound to another id, or the id to another nonce.
    func placed(_ nonce: OrderNonce, as order: Order, now: Timestamp) async throws(LedgerError) -> OrderRecord

    /// Records that the provider refused the order: it does not exist there, and its verify job ends.
    ///
    /// An order that is bound to an id exists, whatever the answer seemed to say: it stays as it is. One that a
    /// callback has asked for is still read back.
    ///
    /// An answer that was lost is not a refusal: leave the order pending, and reconciliation finds it by its token.
    func placementRefused(_ nonce: OrderNonce, reason: String, now: Timestamp) async throws(LedgerError)
}
