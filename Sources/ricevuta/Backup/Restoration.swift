import BaseKit
import CallbackJournal
import FileArchive
import Foundation
import RicevutaCore
import SystemPackage

/// Makes a data directory out of a backup.
///
/// It is filled and checked under another name, so that it is there as a whole or not at all.
struct Restoration {
    /// The backup.
    let backup: BackupReader
    /// The data directory, an absolute path.
    let target: String
    /// Whether what is there is moved aside.
    let replaces: Bool

    /// What came of it.
    struct Outcome {
        /// How many callbacks the journal holds that the ledger does not: the next start hands them over.
        var unsettled: Int
        /// Where what was there before lies now; `nil` when there was nothing.
        var movedTo: String?
        /// What is not as it should be, though nothing more can be had from this backup.
        var findings: [String]
    }

    /// Restores.
    ///
    /// - Throws: ``CommandFailure``, `LedgerError`, `JournalError`, `FileFailure`; the target is untouched then.
    func perform() throws -> Outcome {
        try backup.verify()
        let present = try PresentData(at: target)
        if let present, !replaces { throw try refusal(present) }

        let folder = try UnfinishedFolder(for: target)
        do {
            for entry in backup.manifest.entries {
                guard try folder.copy("\(backup.folder)/\(entry.path)", to: entry.path) == entry else {
                    throw CommandFailure(.fileFailed, "\(entry.path) changed while it was copied; check the disk")
                }
            }
            var outcome = try check(DataDirectory(path: folder.path))
            outcome.movedTo = try present?.moveAside()
            do { try folder.publish() } catch {
                present?.moveBack(from: outcome.movedTo)
                throw error
            }
            return outcome
        } catch {
            folder.discard()
            throw error
        }
    }

    // MARK: Checks

    /// Reads what was restored as a start would.
    private func check(_ directory: DataDirectory) throws -> Outcome {
        let problems = try LedgerOpening.problems(of: directory)
        guard problems.isEmpty else {
            throw CommandFailure(
                .backupIncomplete,
                "the ledger in this backup is damaged; use another backup\n  " + problems.joined(separator: "\n  ")
            )
        }
        let ledger = try LedgerOpening.inventory(of: directory) ?? LedgerInventory()
        let handedOver = backup.manifest.receiver.flatMap { ledger.handedOver[$0] }
        let journal = try JournalCopy.check(directory.journal, handedOver: handedOver)
        let paths = Dictionary(
            backup.manifest.entries.map { ($0.path, $0.bytes) },
            uniquingKeysWith: { $1 }
        )
        let missing = ledger.documents.filter { document in
            let path = "\(DataDirectory.archiveName)/\(LocalArchive.relativePath(of: document))"
            return paths[path] != document.size
        }
        return Outcome(
            unsettled: journal.unsettled,
            findings: journal.damage.map(\.description)
                + missing.map { "document \($0.sha256) was already missing or damaged when the backup was made" }
        )
    }

    /// Says what is there and what of it the backup does not have.
    private func refusal(_ present: PresentData) throws -> CommandFailure {
        var lines = ["\(target) is not empty: \(present.summary)"]
        if let there = present.ledger {
            let kept = try backedUpLedger()
            let orders = there.orders.filter { kept.orders[$0.key] == nil }.values.sorted()
            let had = Set(kept.documents.map(\.sha256))
            let documents = there.documents.map(\.sha256).filter { !had.contains($0) }.sorted()
            lines += [
                Self.row("orders", there.orders.count, kept.orders.count, lost: orders),
                Self.row("documents", there.documents.count, kept.documents.count, lost: documents),
                "  callbacks: \(there.callbacks) there (newest \(there.newestCallback?.description ?? "none")), "
                    + "\(kept.callbacks) in the backup's ledger; it has all until "
                    + "\(backup.manifest.acknowledgedUntil), and none after",
            ]
        }
        lines.append("with --replace it is moved aside, not deleted")
        return CommandFailure(.backupOverwrites, lines.joined(separator: "\n"))
    }

    private static func row(_ what: String, _ there: Int, _ kept: Int, lost: [String]) -> String {
        let names = lost.prefix(3).joined(separator: ", ") + (lost.count > 3 ? ", …" : "")
        let loss = lost.isEmpty ? "none would be lost" : "\(lost.count) would be lost: \(names)"
        return "  \(what): \(there) there, \(kept) in the backup; \(loss)"
    }

    /// What the backup's ledger holds, read from a copy: the backup may be on a disk that cannot be written to.
    private func backedUpLedger() throws -> LedgerInventory {
        let folder = try UnfinishedFolder(for: target)
        defer { folder.discard() }
        _ = try folder.copy("\(backup.folder)/\(DataDirectory.ledgerName)", to: DataDirectory.ledgerName)
        return try LedgerOpening.inventory(of: DataDirectory(path: folder.path)) ?? LedgerInventory()
    }
}

/// What lies where a backup is to be restored, with the right to serve it held.
private final class PresentData {
    /// What its ledger holds; `nil` when there is none, or when it cannot be read.
    let ledger: LedgerInventory?
    /// A few words.
    let summary: String
    private let path: String
    private let lock: FileDescriptor

    /// Looks; `nil` when nothing is there, or an empty folder, which is removed.
    ///
    /// - Throws: ``CommandFailure`` when a process serves it; `FileFailure`.
    init?(at path: String) throws {
        self.path = path
        guard try DurableFiles.isTaken(path) else { return nil }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
            if names.isEmpty {
                try FileManager.default.removeItem(atPath: path)
                return nil
            }
            lock = try FileDescriptor.open(FilePath(path), .readOnly, options: [.directory, .closeOnExec])
        } catch {
            throw FileFailure(operation: "open the directory", path: path, error)
        }
        // The lock that a serving process holds, see `ServingLock`.
        guard flock(lock.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            try? lock.close()  // It was opened for the lock only.
            throw CommandFailure(.directoryInUse, "\(path) is in use by `ricevuta serve`; stop it first")
        }
        do throws(LedgerError) {
            ledger = try LedgerOpening.inventory(of: DataDirectory(path: path))
            summary = ledger == nil ? "\(names.count) entries, but no ledger" : "it has a ledger"
        } catch {
            ledger = nil  // Damaged, perhaps: the reason for restoring.
            summary = "its ledger cannot be read (\(error))"
        }
    }

    deinit { try? lock.close() }  // It locks nothing any more.

    /// Gives it another name.
    ///
    /// - Returns: That name.
    func moveAside() throws(FileFailure) -> String {
        let time = Timestamp.now().description.prefix(19).filter { $0 != ":" && $0 != "-" }
        let aside = "\(path).replaced-\(time)Z"
        do {
            try FileManager.default.moveItem(atPath: path, toPath: aside)
        } catch {
            throw FileFailure(operation: "move aside", path: path, error)
        }
        return aside
    }

    /// Undoes that.
    func moveBack(from aside: String?) {
        // The error that comes next is of more interest; what was there keeps its other name then.
        if let aside { try? FileManager.default.moveItem(atPath: aside, toPath: path) }
    }
}
