import ArgumentParser
import BaseKit
import FileArchive
import Foundation
import RicevutaConfiguration
import RicevutaCore
import Visengine

extension DocumentCommand {
    /// The command `ricevuta document quarantine`.
    struct Quarantine: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Look at documents that failed a check, and remove them.",
            discussion: """
                A quarantined content never leaves by itself: its order's document is fetched again. Once the good one \
                is in the archive the content is settled, and no alarm any more.
                """,
            subcommands: [List.self, Get.self, Purge.self]
        )
    }
}

extension DocumentCommand.Quarantine {
    struct List: RicevutaCommand {
        static let configuration = CommandConfiguration(abstract: "List quarantined contents, newest first.")

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption
        @OptionGroup var size: LimitOption
        @OptionGroup var time: SinceOption

        @Option(help: "Only contents of this order.", completion: Completions.orders)
        var order: String?

        func perform() async throws {
            let entries = try await file.withLedger { ledger, _ in
                var key: Int64?
                if let order { key = try await ledger.requireOrder(order).key }
                let wanted = key
                return try await ledger.quarantined().filter { entry in
                    entry.entry.orderKey == wanted ?? entry.entry.orderKey
                        && entry.entry.recordedAt >= time.since ?? entry.entry.recordedAt
                }
            }
            Listing(
                empty: "No quarantined documents.",
                columns: ["CONTENT", "ORDER", "BYTES", "LAST SEEN", "SETTLED", "REASON"],
                rows: entries.prefix(size.limit).map(\.row),
                json: .array(entries.prefix(size.limit).map(\.json))
            ).print(asJSON: output.json)
        }
    }

    struct Get: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy a quarantined content out of the archive.",
            discussion: "It failed a check, so that it may be cut short, or not be the document at all."
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption
        @OptionGroup var target: TargetOption

        @Argument(help: "The content as `list` shows it, or the first digits of it, or its order.")
        var content: String

        func validate() throws { try target.validate(with: output) }

        func perform() async throws {
            let (entry, archive) = try await file.withLedger { ledger, configuration in
                let found = try await ledger.quarantined(named: content)
                guard let entry = found.first, found.count == 1 else {
                    let contents = found.map(\.content).joined(separator: ", ")
                    throw CommandFailure(.nameAmbiguous, "'\(content)' has several quarantined contents: \(contents)")
                }
                return (entry, DataDirectory(path: configuration.dataDirectory).archive)
            }
            guard entry.isKept else {
                throw CommandFailure(
                    .quarantinedNotFound,
                    "the content was not kept: it is larger than archive.maxQuarantineBytes; only its reason was"
                )
            }
            let path = target.path ?? "\(entry.content.prefix(16)).document"
            try DocumentTarget(path).write { take in
                let source = "\(archive)/\(entry.document.path)"
                guard let handle = try DurableFiles.openRegularFile(source) else {
                    throw CommandFailure(.quarantinedNotFound, "\(source) is not there any more")
                }
                defer { try? handle.close() }  // Opened for reading: closing loses nothing.
                while let piece = try handle.read(upToCount: 256 << 10), !piece.isEmpty { try take(piece) }
            }
            target.report(path, bytes: entry.document.size, sha256: entry.content, asJSON: output.json)
        }
    }

    struct Purge: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove quarantined contents, and what the ledger says of them.",
            discussion: "The documents of their orders are fetched all the same."
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption

        @Argument(help: "Contents as `list` shows them, the first digits of them, or orders.")
        var contents: [String] = []

        @Flag(help: "All contents of orders whose document is in the archive.")
        var settled = false

        @Flag(help: "All contents.")
        var all = false

        func validate() throws {
            guard [!contents.isEmpty, settled, all].count(where: { $0 }) == 1 else {
                throw ValidationError("Give either contents, --settled or --all.")
            }
        }

        func perform() async throws {
            let removed = try await file.withLedger(.operate) { ledger, configuration in
                var entries: [QuarantineEntry] = []
                if contents.isEmpty {
                    entries = try await ledger.quarantined().filter { all || $0.isSettled }
                } else {
                    for name in contents { entries += try await ledger.quarantined(named: name) }
                }
                let archive = DataDirectory(path: configuration.dataDirectory).archive
                // The files first: whatever fails can be repeated.
                for entry in entries { try LocalArchive.remove(entry.document, below: archive) }
                try await ledger.forgetQuarantined(Set(entries.map(\.document.path)))
                return Set(entries.map(\.content)).sorted()
            }
            if output.json { return Terminal.print(["removed": .array(removed.map { .string($0) })]) }
            Terminal.print(removed.isEmpty ? "No quarantined documents to remove." : "removed \(removed.count)")
        }
    }
}

/// One quarantined content of one order.
struct QuarantineEntry {
    var entry: DocumentEntry
    var document: QuarantinedDocument
    /// Whether the order's document is in the archive.
    var isSettled: Bool

    /// The content's SHA-256, which names its files.
    var content: String { String(document.path.split(separator: "/").last?.prefix { $0 != "." } ?? "") }

    /// Whether there is more than the reason.
    var isKept: Bool { document.path.hasSuffix(".document") }

    var row: [String] {
        [
            content, entry.orderID?.rawValue ?? String(entry.orderKey), String(document.size), entry.recordedAt.short,
            isSettled ? "yes" : "no", document.reason,
        ]
    }

    var json: JSONValue {
        [
            "sha256": .string(content), "order": JSONValue(entry.orderID?.rawValue),
            "number": JSONValue(entry.orderKey), "bytes": JSONValue(document.size),
            "recordedAt": .string(entry.recordedAt.description), "settled": .bool(isSettled), "kept": .bool(isKept),
            "reason": .string(document.reason),
        ]
    }
}

extension LedgerReader {
    /// All quarantined contents, newest first.
    func quarantined() async throws(LedgerError) -> [QuarantineEntry] {
        let entries = try await documents(ofOrder: nil, limit: 1_000_000)
        let stored = Set(entries.filter { $0.document != nil }.map(\.orderKey))
        return entries.compactMap { entry in
            entry.quarantined.map {
                QuarantineEntry(entry: entry, document: $0, isSettled: stored.contains(entry.orderKey))
            }
        }
    }

    /// The quarantined contents that a user means, each once: those of an order, or the one whose hash begins so.
    ///
    /// - Throws: `LedgerError`, ``CommandFailure`` when there are none.
    func quarantined(named name: String) async throws -> [QuarantineEntry] {
        let all = try await quarantined()
        let isHash = name.count >= 4 && name.allSatisfy(\.isHexDigit)
        let byHash = isHash ? all.filter { $0.content.hasPrefix(name.lowercased()) } : []
        if Set(byHash.map(\.content)).count > 1 {
            let contents = Set(byHash.map(\.content)).sorted().prefix(3).joined(separator: ", ")
            throw CommandFailure(.nameAmbiguous, "several contents begin with '\(name)': \(contents); give more digits")
        }
        if !byHash.isEmpty { return byHash }
        let order = try await order(named: name)
        let found = all.filter { $0.entry.orderKey == order?.key }
        guard !found.isEmpty else { throw CommandFailure(.quarantinedNotFound, "no quarantined document '\(name)'") }
        return found
    }
}
