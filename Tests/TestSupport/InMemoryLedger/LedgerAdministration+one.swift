package import BaseKit
package import RicevutaCore

extension LedgerAdministration {
    /// Replays one delivery that is not pending.
    package func replay(delivery id: String, now: Timestamp) async throws(LedgerError) -> String {
        try await replay([id], onlyDead: false, now: now).first?.delivery ?? ""
    }
}
