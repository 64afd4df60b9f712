import BaseKit
import RicevutaConfiguration
import RicevutaCore

/// Deliveries that wait for sinks which a configuration does not have.
enum MissingSinks {
    /// A sentence for each such sink; none while there is no ledger.
    static func notes(_ configuration: Configuration) async -> [String] {
        let opening = LedgerOpening(configuration)
        do throws(LedgerError) {
            guard try opening.exists else { return [] }
            let ledger = try opening.open(.inspect)
            let known: [SinkName: SinkSummary]
            do throws(LedgerError) { known = try await ledger.sinks() } catch {
                await ledger.close()
                throw error
            }
            await ledger.close()
            let now = Timestamp.now()
            return SinkStatus.all(configuration, known).filter {
                $0.state(at: now) == .missing && $0.summary.waiting > 0
            }
            .compactMap { sink in sink.sentence(at: now).map { "sink \(sink.name): \($0)" } }
        } catch {
            return ["not checked which sinks deliveries wait for: \(error)"]
        }
    }
}
