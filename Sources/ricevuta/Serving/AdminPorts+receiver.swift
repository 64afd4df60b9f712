import AdminEndpoints
import BaseKit
import CallbackJournal
import FileArchive
import RicevutaCore

extension AdminPorts {
    /// With less free space than this the receiver is not ready: callbacks will soon be rejected.
    private static let minFreeBytes: Int64 = 64 << 20

    /// How long a question to the disk may take; who asks for readiness does not wait long.
    private static let diskTimeLimit = Duration.seconds(1)

    /// The admin server's ports, answered by the receiver's parts.
    init(
        _ journal: Journal,
        _ ledger: any LedgerStore,
        _ archive: LocalArchive,
        _ directory: DataDirectory,
        links: DocumentLinks,
        sinks: [SinkName]
    ) {
        // A disk that hangs must not keep readiness from reporting it.
        let threads = BlockingThreads(name: "admin", limit: 4)
        self.init(
            problems: {
                var problems: [String] = []
                let writing = journal.statistics
                if writing.isFailing { problems.append("Journal writes are failing.") }
                if writing.isStalled { problems.append("Journal writes are hanging: the disk does not respond.") }
                let health = ledger.health
                if let refusal = health.refusal {
                    problems.append("Ledger writes are failing; callbacks are queued in the journal: \(refusal).")
                } else if health.isFailing {
                    problems.append("Ledger writes are failing.")
                }
                let free = await threads.run(within: Self.diskTimeLimit) { directory.freeBytes }
                switch free {
                case .finished(let free?) where free < Self.minFreeBytes:
                    problems.append("Less than 64 MiB free in the data directory.")
                case .finished: break
                case .abandoned, .refused:
                    problems.append("The data directory's disk does not respond.")
                }
                return problems
            },
            engine: ledger.engine,
            summary: { () async throws(LedgerError) in
                var summary = try await ledger.summary(now: .now())
                // Those for which there is nothing to say are there all the same.
                for sink in sinks where summary.sinks[sink] == nil { summary.sinks[sink] = SinkSummary() }
                return summary
            },
            journal: {
                let journal = journal.statistics
                return JournalCounts(
                    unsettled: journal.unsettled,
                    quarantined: journal.quarantined,
                    damage: journal.damaged,
                    syncs: journal.syncs,
                    duplicates: journal.duplicates
                )
            },
            links: links,
            document: { sha256 in
                let found = await threads.run(within: .seconds(10)) { archive.find(sha256: sha256) }
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
