import GRDB
import RicevutaCore

extension LedgerTransaction {
    /// Notes, in the transaction that records its callbacks, how far the journal has been handed over: a ledger that is
    /// an older copy shows by it what it lacks.
    func note(position: Int64) throws {
        try run(
            "UPDATE receivers SET handed_over = ?1 WHERE number = ?2 AND (handed_over IS NULL OR handed_over < ?1)",
            [position, boot?.receiverNumber]
        )
    }
}
