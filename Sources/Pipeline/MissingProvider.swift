import BaseKit
import Logging
import RicevutaCore

/// Postpones work whose order is at a provider that is not configured: the ledger keeps it until it is.
struct MissingProvider: Sendable {
    let ledger: any JobLedger
    let wait: Duration
    let environment: FlowEnvironment
    let logger: Logger

    func perform(_ lease: JobLease, of order: OrderRecord) async {
        let reason = "provider '\(order.provider)' is not configured"
        JobMeters.count(lease.kind, .failed)
        logger.error(
            "Unknown provider",
            metadata: ["order.number": .stringConvertible(order.key), "reason": "\(reason)"]
        )
        do throws(LedgerError) {
            try await ledger.postpone(lease, until: environment.now() + wait, reason: reason)
        } catch {
            JobLoop<VerifyWork>.report(error, "postponing a job", to: logger)
        }
    }
}
