import ArgumentParser
import BaseKit
import FileArchive
import RicevutaConfiguration
import RicevutaCore

extension DocumentCommand {
    struct Get: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy an order's document out of the archive.",
            discussion: "The document is compared with its hash while it is copied."
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption
        @OptionGroup var target: TargetOption

        @Argument(help: OrderCommand.nameHelp, completion: Completions.orders)
        var order: String

        func validate() throws { try target.validate(with: output) }

        func perform() async throws {
            let (record, stored, archive) = try await file.withLedger { ledger, configuration in
                let record = try await ledger.requireOrder(order)
                let documents = try await ledger.documents(ofOrder: record.key, limit: 10)
                guard let stored = documents.compactMap(\.document).first else {
                    throw CommandFailure(.documentNotStored, "order \(record.name) has no document in the archive yet")
                }
                return (record, stored, DataDirectory(path: configuration.dataDirectory).archive)
            }
            let path = target.path ?? "\(record.name).\(stored.kind.fileExtension)"
            try DocumentTarget(path).write { take in try LocalArchive.read(stored, below: archive, take) }
            target.report(path, bytes: stored.size, sha256: stored.sha256, asJSON: output.json)
        }
    }
}

/// Where a document is written to.
struct TargetOption: ParsableArguments {
    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: "Output file, never overwritten; - is standard output. Default: ./ID.EXTENSION, with the order's ID."
    )
    var path: String?

    /// Sees to it that nothing else goes to standard output.
    func validate(with output: OutputOption) throws {
        if path == "-", output.json { throw ValidationError("--json cannot be used with --output -.") }
    }

    /// Says what was written.
    func report(_ path: String, bytes: Int64, sha256: String, asJSON isJSON: Bool) {
        let text = "\(path)  \(bytes) bytes  sha256 \(sha256)"
        if isJSON {
            Terminal.print(["path": .string(path), "sha256": .string(sha256), "bytes": JSONValue(bytes)])
        } else if path == "-" {
            Terminal.note("\(bytes) bytes  sha256 \(sha256)")
        } else {
            Terminal.print(text)
        }
    }
}

extension LedgerReader {
    /// One order by the provider's id, its nonce, or the ledger's number.
    ///
    /// - Throws: `LedgerError`, also when there is none.
    func requireOrder(_ name: String) async throws(LedgerError) -> OrderRecord {
        guard let record = try await order(named: name) else { throw .notFound(what: "order", name: name) }
        return record
    }
}
