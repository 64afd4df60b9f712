import BaseKit
import CallbackJournal
import FileArchive
import Foundation
import RicevutaCore

/// Makes a copy of a data directory that is one whole, also while `serve` writes to it.
///
/// The ledger is copied as it is at one moment, and the journal afterwards: every callback that the ledger's copy lacks
/// is in the journal's, and a start refills the one from the other with the same numbers, from which the same event ids
/// follow. Documents are never changed once they have their names.
struct Backup {
    /// What is copied.
    let source: DataDirectory
    /// Whether documents get a second name instead of a copy where the file system has that.
    let linksDocuments: Bool

    /// How often it is begun anew because the journal gave up what the ledger's copy lacks.
    private static let attempts = 3

    /// Makes the backup.
    ///
    /// - Parameter target: The absolute path of a folder that does not exist.
    /// - Returns: What it holds.
    /// - Throws: ``CommandFailure``, `LedgerError`, `JournalError`, `FileFailure`; nothing of it is left then.
    func make(at target: String) throws -> BackupManifest {
        guard try !DurableFiles.isTaken(target) else {
            throw CommandFailure(.outputExists, "\(target) already exists; choose another name")
        }
        guard !(target + "/").hasPrefix(source.path + "/") else {
            throw CommandFailure(.inputInvalid, "\(target) lies in the data directory; choose a place outside of it")
        }
        let folder = try UnfinishedFolder(for: target)
        do {
            for _ in 0..<Self.attempts {
                guard let manifest = try fill(folder) else {
                    try folder.clear()
                    continue
                }
                _ = try folder.write(manifest.encoded(), to: BackupManifest.name)
                try folder.publish()
                return manifest
            }
            throw CommandFailure(
                .backupTooSlow,
                "the journal gives up callbacks faster than they are copied; raise journal.keepBytes or free disk space"
            )
        } catch {
            folder.discard()
            throw error
        }
    }

    /// Copies everything.
    ///
    /// - Returns: `nil` when the journal has given up callbacks meanwhile that the ledger's copy lacks.
    private func fill(_ folder: UnfinishedFolder) throws -> BackupManifest? {
        var entries: [BackupManifest.Entry] = []
        let receiver = try source.existingReceiverID()
        if receiver != nil { entries.append(try folder.copy(source.receiverFile, to: DataDirectory.receiverName)) }

        // The most of the documents first: what is copied after the ledger has to be little.
        var documents = try copyDocuments(to: folder, besides: [])
        let journal = JournalCopy(of: source.journal)
        var names: Set<String> = []
        func take(_ file: JournalCopy.File) throws {
            guard names.insert(file.name).inserted else { return }
            entries.append(try folder.write(file.bytes, to: "\(DataDirectory.journalName)/\(file.name)"))
        }
        try journal.quarantined(take)

        let ledgerAt = Timestamp.now()
        let copy = DataDirectory(path: folder.path)
        let ledger = try LedgerOpening.copy(from: source, to: copy)
        entries.append(try UnfinishedFolder.read(copy.ledgerFile, name: DataDirectory.ledgerName))
        documents += try copyDocuments(to: folder, besides: Set(documents.map(\.path)))

        let acknowledgedUntil = Timestamp.now()
        try journal.quarantined(take)
        let handedOver = receiver.flatMap { ledger.handedOver[$0] }
        guard try journal.segments(handedOver: handedOver, take) else { return nil }

        let hashes = Set(documents.map(\.sha256))
        return BackupManifest(
            receiver: receiver,
            ledgerAt: ledgerAt,
            acknowledgedUntil: acknowledgedUntil,
            ledger: ledger,
            missingDocuments: ledger.documents.map(\.sha256).filter { !hashes.contains($0) }.sorted(),
            entries: entries + documents
        )
    }

    /// Copies documents that are as they were stored; others are not worth a place.
    private func copyDocuments(
        to folder: UnfinishedFolder,
        besides done: Set<String>
    ) throws -> [BackupManifest.Entry] {
        var copied: [BackupManifest.Entry] = []
        for document in try ArchiveListing(of: source.archive).entries {
            let name = "\(DataDirectory.archiveName)/\(document.path)"
            let path = "\(source.archive)/\(document.path)"
            guard !done.contains(name) else { continue }
            let isLinked = try linksDocuments && folder.link(path, to: name)
            let entry = try isLinked ? UnfinishedFolder.read(path, name: name) : folder.copy(path, to: name)
            if entry.sha256 == document.sha256 { copied.append(entry) } else { try folder.remove(name) }
        }
        return copied
    }
}
