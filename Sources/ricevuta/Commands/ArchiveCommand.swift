import ArgumentParser
import BaseKit
import FileArchive
import RicevutaConfiguration
import RicevutaCore
import Visengine

/// The command `ricevuta archive`.
struct ArchiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "archive",
        abstract: "Check the archived documents.",
        subcommands: [Verify.self]
    )

    struct Verify: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare every document with the ledger and with its hash.",
            discussion: """
                Reads the whole archive. Exits 1 if a document is missing or damaged. With --fetch a running service \
                asks the provider for it within seconds, otherwise the next one does; `status` shows what is still \
                open.
                """
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption

        @Flag(help: "Fetch what is missing or damaged again, while the provider has it.")
        var fetch = false

        func perform() async throws {
            let report = try await file.withLedger(fetch ? .operate : .inspect) { ledger, configuration in
                let entries = try await ledger.documents(ofOrder: nil, limit: .max)
                let root = DataDirectory(path: configuration.dataDirectory).archive
                let report = try ArchiveReport(of: entries, below: root)
                if fetch {
                    try await ledger.fetchLost(Set(report.problems.map(\.entry.orderKey)), now: .now())
                }
                return report
            }
            if output.json {
                Terminal.print(report.json(isFetched: fetch))
            } else {
                if !report.problems.isEmpty { Terminal.print(Listing.table(report.rows)) }
                Terminal.print(report.summary(isFetched: fetch))
            }
            if !report.problems.isEmpty { throw ExitStatus.failed.exit }
        }
    }
}

/// An archive, compared with what a ledger says of it.
struct ArchiveReport {
    /// A document that is not what the ledger says.
    struct Problem {
        var entry: DocumentEntry
        var document: StoredDocument
        /// Whether its file is there, but is not what was archived.
        var isDamaged: Bool
        /// What is wrong, with the path.
        var reason: String
    }

    /// How many documents the ledger has, each content once.
    var documents: Int
    /// One for each order that lacks its document.
    var problems: [Problem]
    /// Files of the archive that the ledger knows nothing of; they take room and do no harm.
    var unknownFiles: Int

    /// Reads the whole archive.
    ///
    /// - Throws: `FileFailure` when it cannot be listed.
    init(of entries: [DocumentEntry], below root: String) throws(FileFailure) {
        var checked: [String: DocumentReadError?] = [:]
        problems = []
        for entry in entries {
            guard let document = entry.document else { continue }
            let path = LocalArchive.relativePath(of: document)
            let found = checked[path] ?? LocalArchive.problem(of: document, below: root)
            checked[path] = .some(found)
            guard let found else { continue }
            let isDamaged = if case .changed = found { true } else { false }
            problems.append(
                Problem(entry: entry, document: document, isDamaged: isDamaged, reason: found.description)
            )
        }
        documents = checked.count
        unknownFiles = try ArchiveListing(of: root).entries.count { checked[$0.path] == nil }
    }

    /// A table of what is wrong.
    var rows: [[String]] {
        [["ORDER", "SHA256", "IS", "REASON"]]
            + problems.map {
                [
                    $0.entry.orderID?.rawValue ?? String($0.entry.orderKey), $0.document.sha256,
                    $0.isDamaged ? "damaged" : "missing", $0.reason,
                ]
            }
    }

    /// One line.
    func summary(isFetched: Bool) -> String {
        let unknown = unknownFiles == 0 ? "" : "; \(unknownFiles) files in the archive are unknown to the ledger"
        guard !problems.isEmpty else { return "\(documents) documents, all as they were stored\(unknown)" }
        let next =
            isFetched
            ? "queued for fetching"
            : "`ricevuta archive verify --fetch` fetches them again, while the provider has them"
        return "\(problems.count) of \(documents) documents are missing or damaged: \(next)\(unknown)"
    }

    /// The same for programs.
    func json(isFetched: Bool) -> JSONValue {
        [
            "documents": JSONValue(documents), "unknownFiles": JSONValue(unknownFiles),
            "fetching": .bool(isFetched && !problems.isEmpty),
            "problems": .array(
                problems.map {
                    [
                        "order": JSONValue($0.entry.orderID?.rawValue), "number": JSONValue($0.entry.orderKey),
                        "sha256": .string($0.document.sha256), "damaged": .bool($0.isDamaged),
                        "reason": .string($0.reason),
                    ]
                }
            ),
        ]
    }
}
