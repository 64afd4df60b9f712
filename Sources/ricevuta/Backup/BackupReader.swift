import BaseKit
import Foundation
import RicevutaCore

/// A finished backup, read.
struct BackupReader {
    /// The folder's absolute path.
    let folder: String
    /// What it says that it holds.
    let manifest: BackupManifest

    /// How many problems are listed.
    private static let maxProblems = 10

    /// Reads the manifest.
    ///
    /// - Parameter folder: The folder's absolute path.
    /// - Throws: ``CommandFailure`` when it is no finished backup; `FileFailure`.
    init(_ folder: String) throws {
        self.folder = folder
        guard try DurableFiles.isTaken(folder) else { throw CommandFailure(.inputUnreadable, "\(folder) not found") }
        let path = "\(folder)/\(BackupManifest.name)"
        guard let handle = try DurableFiles.openRegularFile(path) else {
            throw CommandFailure(
                .backupDamaged,
                "\(folder) is not a finished backup: it has no \(BackupManifest.name); use another backup"
            )
        }
        defer { try? handle.close() }  // Opened for reading: closing loses nothing.
        do {
            manifest = try BackupManifest(parsing: try handle.readToEnd() ?? Data(), of: folder)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw FileFailure(operation: "read", path: path, code: EIO)
        }
    }

    /// Compares each file with the manifest.
    ///
    /// - Throws: ``CommandFailure`` with what differs.
    func verify() throws {
        var problems: [String] = []
        var count = 0
        for entry in manifest.entries {
            guard let problem = problem(of: entry) else { continue }
            count += 1
            if problems.count < Self.maxProblems { problems.append(problem) }
        }
        guard count > 0 else { return }
        if count > problems.count { problems.append("and \(count - problems.count) more") }
        throw CommandFailure(
            .backupDamaged,
            "the backup \(folder) is damaged; use another one\n  " + problems.joined(separator: "\n  ")
        )
    }

    private func problem(of entry: BackupManifest.Entry) -> String? {
        do throws(FileFailure) {
            let found = try UnfinishedFolder.read("\(folder)/\(entry.path)", name: entry.path)
            if found.bytes != entry.bytes { return "\(entry.path): \(found.bytes) bytes instead of \(entry.bytes)" }
            return found.sha256 == entry.sha256 ? nil : "\(entry.path): changed since the backup was made"
        } catch {
            return error.code == ENOENT ? "\(entry.path): missing" : error.description
        }
    }
}
