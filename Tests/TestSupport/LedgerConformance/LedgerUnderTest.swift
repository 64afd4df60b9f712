package import RicevutaCore

/// All that a ledger does, by its ports: what the suite asks of every engine.
package protocol LedgerUnderTest: CallbackApplying, VerificationLedger, FetchLedger, DeliveryLedger, PlacementLedger,
    LedgerInspection, RetentionLedger
{
    /// The greatest number of a callback that the journal has handed over.
    func handedOver() async throws(LedgerError) -> Int64?
    /// The greatest number of a callback; 0 without any.
    func newestCallback() async throws(LedgerError) -> Int64
    /// Gives back all leases; afterwards everything throws ``LedgerError/closed``.
    func close() async
}

extension InMemoryLedger: LedgerUnderTest {}
