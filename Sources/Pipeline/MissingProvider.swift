import BaseKit
import Logging
import RicevutaCore

/// Puts work off whose order is at a provider that this process does not know: the ledger holds it for one that does.
struct MissingProvider: Sendable {
    let ledger: any JobLedger
    let wait: Duration
    let environment: FlowEnvironment
    let logger: Logger

    func perform(_ lease: JobLease, of order: OrderRecord) async {
        let reason = "provider '\(order.provider)' is not configured"
        JobMeters.count(lease.kind, "failed")
        logger.error("Unknown provider", metadata: ["order.key": "\(order.key)", "reason": "\(reason)"])
        do throws(LedgerError) {
            try await ledger.postpone(lease, until: environment.now() + wait, reason: reason)
        } catch {
            JobLoop<VerifyWork>.report(error, "postponing a job", to: logger)
        }
    }
}
