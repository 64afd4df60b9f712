import GRDB
import RicevutaCore

extension LedgerTransaction {
    /// Notes, in the transaction that records them, that the journal has handed these over: a ledger that is an older
    /// copy shows by it what it lacks.
    func noteHandedOver(_ callbacks: [ReceivedCallback]) throws {
        guard let last = callbacks.last?.number else { return }
        try run("UPDATE journal SET handed_over = ? WHERE handed_over IS NULL OR handed_over < ?", [last, last])
    }
}
