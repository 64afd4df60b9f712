public import BaseKit

/// What operators change in the ledger.
public protocol LedgerAdministration: Sendable {
    /// Makes a new delivery of the same notification to the same sink, due now.
    ///
    /// - Returns: The new delivery's id.
    /// - Throws: ``LedgerError/notFound(what:name:)``.
    func replay(delivery id: String, now: Timestamp) async throws(LedgerError) -> String

    /// Has an order's document fetched that was given up, or one that is still due, now.
    ///
    /// - Parameters:
    ///   - name: As in ``LedgerReader/order(named:)``.
    ///   - maxBytes: The most bytes that this document may have, instead of the configured limit; `nil` changes
    ///     nothing.
    ///   - now: The current time.
    /// - Returns: The order.
    /// - Throws: ``LedgerError/notFound(what:name:)``; ``LedgerError/conflict(_:)`` when its document is in the
    ///   archive, or when there is none at the provider yet.
    func fetchAgain(_ name: String, maxBytes: Int64?, now: Timestamp) async throws(LedgerError) -> OrderRecord

    /// Enables a sink again.
    ///
    /// - Returns: Whether it was disabled.
    func enable(_ sink: SinkName) async throws(LedgerError) -> Bool
}
