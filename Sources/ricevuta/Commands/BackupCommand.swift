import ArgumentParser
import BaseKit
import Foundation
import RicevutaConfiguration
import RicevutaCore

/// The command `ricevuta backup`.
struct BackupCommand: RicevutaCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy ledger, journal and documents into a folder, also while `serve` runs.",
        discussion: """
            The backup holds every callback that was acknowledged before the time it prints. The folder gets its name \
            when everything in it is on disk; until then it is called FOLDER.unfinished. Exits 1 if the archive lacks \
            a document that the ledger has; the backup is finished all the same.
            """
    )

    @OptionGroup var file: ConfigurationOption
    @OptionGroup var output: OutputOption

    @Argument(help: "The folder to create; nothing of that name may exist.", completion: .directory)
    var folder: String

    @Flag(help: "Copy documents, even where a hard link to the archive's file would do.")
    var copyDocuments = false

    func perform() async throws {
        let configuration = try file.load(secrets: .skipped)
        guard try LedgerOpening(configuration).exists else {
            throw CommandFailure(
                .nothingToBackUp,
                "no ledger in \(configuration.dataDirectory) yet; nothing to back up"
            )
        }
        let path = URL(fileURLWithPath: folder).standardizedFileURL.path
        let backup = Backup(
            source: DataDirectory(path: configuration.dataDirectory),
            linksDocuments: !copyDocuments
        )
        let manifest = try backup.make(at: path)
        if output.json {
            Terminal.print([
                "path": .string(path), "acknowledgedUntil": .string(manifest.acknowledgedUntil.description),
                "ledgerAt": .string(manifest.ledgerAt.description), "orders": JSONValue(manifest.orders),
                "callbacks": JSONValue(manifest.callbacks), "documents": JSONValue(manifest.documents),
                "files": JSONValue(manifest.entries.count), "bytes": JSONValue(manifest.bytes),
                "missingDocuments": .array(manifest.missingDocuments.map { .string($0) }),
            ])
        } else {
            Terminal.print(
                """
                backup finished: \(path)
                \(manifest.contents)
                """
            )
        }
        guard !manifest.missingDocuments.isEmpty else { return }
        throw CommandFailure(
            .backupIncomplete,
            "\(manifest.missingDocuments.count) documents of the ledger are missing or damaged in the archive; "
                + "`ricevuta archive verify` lists them"
        )
    }
}

/// The command `ricevuta restore`.
struct RestoreCommand: RicevutaCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Make a data directory out of a backup.",
        discussion: """
            Compares every file of the backup with its manifest first. A data directory that holds something already \
            is left alone, unless --replace moves it aside; what would be lost is printed. Ends with a check of the \
            ledger, the journal and each document, and exits 1 if that finds something.
            """
    )

    @OptionGroup var output: OutputOption

    @Argument(help: "The backup's folder.", completion: .directory)
    var backup: String

    @Option(name: .customLong("to"), help: "The data directory to create.", completion: .directory)
    var target: String?

    @Flag(help: "Move what is there aside, to DIRECTORY.replaced-TIME.")
    var replace = false

    @Flag(help: "Compare the backup with its manifest, and restore nothing.")
    var verifyOnly = false

    func validate() throws {
        guard (target == nil) == verifyOnly else {
            throw ValidationError("Give either --to DIRECTORY or --verify-only.")
        }
    }

    func perform() async throws {
        let reader = try BackupReader(URL(fileURLWithPath: backup).standardizedFileURL.path)
        guard let target else {
            try reader.verify()
            if output.json { return Terminal.print(json(reader.manifest, nil)) }
            return Terminal.print("the backup is whole: \(reader.folder)\n\(reader.manifest.contents)")
        }
        let restoration = Restoration(
            backup: reader,
            target: URL(fileURLWithPath: target).standardizedFileURL.path,
            replaces: replace
        )
        let outcome = try restoration.perform()
        if output.json {
            Terminal.print(json(reader.manifest, outcome))
        } else {
            let aside = outcome.movedTo.map { "\nwhat was there is in \($0)" } ?? ""
            let callbacks =
                outcome.unsettled == 0
                ? "" : "\nthe next start hands \(outcome.unsettled) callbacks of the journal over to the ledger"
            Terminal.print("restored \(restoration.target)\n\(reader.manifest.contents)\(callbacks)\(aside)")
        }
        guard !outcome.findings.isEmpty else { return }
        throw CommandFailure(.backupIncomplete, outcome.findings.joined(separator: "\n"))
    }

    private func json(_ manifest: BackupManifest, _ outcome: Restoration.Outcome?) -> JSONValue {
        [
            "path": JSONValue(target), "acknowledgedUntil": .string(manifest.acknowledgedUntil.description),
            "ledgerAt": .string(manifest.ledgerAt.description), "orders": JSONValue(manifest.orders),
            "callbacks": JSONValue(manifest.callbacks), "documents": JSONValue(manifest.documents),
            "unsettledCallbacks": outcome.map { JSONValue($0.unsettled) } ?? .null,
            "movedTo": JSONValue(outcome?.movedTo),
            "findings": .array((outcome?.findings ?? []).map { .string($0) }),
        ]
    }
}

extension BackupManifest {
    /// What it holds, in two lines.
    fileprivate var contents: String {
        """
        \(orders) orders, \(callbacks) callbacks and \(documents) documents in the ledger, \(entries.count) files, \
        \(bytes) bytes
        holds every callback acknowledged before \(acknowledgedUntil)
        """
    }
}
