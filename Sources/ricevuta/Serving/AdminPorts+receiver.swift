import AdminEndpoints
import BaseKit
import CallbackJournal
import FileArchive
import HTTPListener
import Pipeline
import RicevutaConfiguration
import RicevutaCore
import VisengineClient

extension AdminPorts {
    /// The admin server's ports, answered by the receiver's parts.
    init(
        _ stores: Stores,
        _ generations: GenerationService,
        _ readiness: Readiness,
        certificateExpiry: @escaping @Sendable () -> Timestamp?
    ) {
        let (journal, ledger, archive) = (stores.journal, stores.ledger, stores.archive)
        self.init(
            problems: { await readiness.problems.map(\.text) },
            engine: ledger.engine,
            summary: { () async throws(LedgerError) in
                var summary = try await ledger.summary(now: .now())
                // Those for which there is nothing to say are there all the same.
                for sink in generations.current.configuration.sinks.map(\.name) where summary.sinks[sink] == nil {
                    summary.sinks[sink] = SinkSummary()
                }
                return summary
            },
            journal: {
                let journal = journal.statistics
                return JournalCounts(
                    unsettled: journal.unsettled,
                    quarantined: journal.quarantined,
                    damage: journal.damaged,
                    syncs: journal.syncs,
                    failedWrites: journal.failedWrites,
                    duplicates: journal.duplicates,
                    bytes: journal.bytes
                )
            },
            build: BuildInfo(
                version: ProgramVersion.number,
                commit: ProgramVersion.commit,
                libmicrohttpd: HTTPServer.libraryVersion
            ),
            storage: { await readiness.storage },
            certificateExpiry: certificateExpiry,
            links: { generations.current.links },
            configuration: { generations.status },
            providers: { generations.current.flow.health.conditions },
            openCircuits: { Set(generations.current.client.openCircuits.map(\.rawValue)) },
            document: { sha256 in
                let found = await readiness.threads.run(within: .seconds(10)) { archive.find(sha256: sha256) }
                guard case .finished(let file) = found else { return nil }
                return
                    file.map {
                        ServedDocument(
                            path: $0.path,
                            contentType: $0.kind.mimeType,
                            fileExtension: $0.kind.fileExtension
                        )
                    }
            }
        )
    }
}
