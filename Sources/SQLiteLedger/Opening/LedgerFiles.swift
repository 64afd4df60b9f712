import BaseKit
import Foundation
import RicevutaCore
import Synchronization
import SystemPackage

/// The files of one ledger, side by side in one directory.
struct LedgerFiles: Sendable {
    let directory: String

    init(directory: String) {
        self.directory = URL(fileURLWithPath: directory, isDirectory: true).standardizedFileURL.path
    }

    var database: String { directory + "/ledger.sqlite" }
    var log: String { database + "-wal" }
    var reserve: String { directory + "/ledger.reserve" }

    /// Whether no database has been made here.
    var isMissing: Bool { !FileManager.default.fileExists(atPath: database) }

    /// Bytes that are free on its file system for this user; `nil` when the system does not say.
    var freeBytes: Int64? {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: directory)  // Unknown: not full.
        return (attributes?[.systemFreeSize] as? NSNumber)?.int64Value
    }

    /// Makes the directory, synced, and an empty database file that only its owner may read.
    ///
    /// SQLite syncs the file's name with the first commit: it syncs the directory when it makes the log.
    func prepare() throws(LedgerError) {
        do throws(FileFailure) {
            try DurableFiles.makeDirectory(directory)
        } catch {
            guard !error.isFullDisk else { throw .noSpace(location: database) }
            throw .cannotOpen(location: database, reason: error.description)
        }
        // Only a file that isn't there is opened here: closing one that SQLite has open would drop its locks.
        do {
            let descriptor = try FileDescriptor.open(
                FilePath(database),
                .readWrite,
                options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: .ownerReadWrite
            )
            try descriptor.close()
        } catch Errno.fileExists {
            // As it should be.
        } catch Errno.noSpace {
            throw .noSpace(location: database)
        } catch {
            throw .cannotOpen(location: database, reason: "\(error)")
        }
    }
}

/// The right to serve one ledger, held until released or until the process ends, however it ends.
///
/// It is a lock on the directory itself: one on a file in it would be gone with the file, and a second process could
/// take another. The corresponding C function is `flock`.
final class ServingLock: Sendable {
    private let descriptor: Mutex<FileDescriptor?>

    /// Takes the lock or fails at once.
    init(_ files: LedgerFiles) throws(LedgerError) {
        let directory: FileDescriptor
        do {
            directory = try FileDescriptor.open(
                FilePath(files.directory),
                .readOnly,
                options: [.directory, .closeOnExec]
            )
        } catch {
            throw .cannotOpen(location: files.database, reason: "cannot open its directory to lock it: \(error)")
        }
        descriptor = Mutex(directory)
        guard flock(directory.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            let code = Errno(rawValue: errno)
            if code == .wouldBlock { throw .inUse(location: files.database) }
            throw .cannotOpen(
                location: files.database,
                reason: "cannot lock its directory: \(code); the ledger needs a local file system"
            )
        }
    }

    deinit { release() }

    /// Gives the lock back; does nothing the second time.
    func release() {
        guard let taken = descriptor.withLock({ $0.take() }) else { return }
        // A child that another thread is about to start has the descriptor, too, until it runs its own program: closing
        // ours alone would leave the lock to it for that long.
        flock(taken.rawValue, LOCK_UN)
        try? taken.close()  // It locks nothing any more.
    }
}
