import Callbacks
import DurableFiles
import Foundation
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
    var lock: String { directory + "/ledger.lock" }
    var reserve: String { directory + "/ledger.reserve" }

    /// Makes the directory and an empty database file that only its owner may read, both synced.
    func prepare() throws(LedgerError) {
        do throws(FileFailure) {
            try DurableFiles.makeDirectory(directory)
        } catch {
            throw .cannotOpen(path: database, reason: error.description)
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
            return
        } catch {
            throw .cannotOpen(path: database, reason: "\(error)")
        }
        do throws(FileFailure) {
            try DurableFiles.sync(directory: directory)
        } catch {
            throw .cannotOpen(path: database, reason: error.description)
        }
    }

    /// The size of the write-ahead log, 0 when there is none.
    var logBytes: Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: log)  // Missing is empty.
        return (attributes?[.size] as? NSNumber)?.intValue ?? 0
    }
}

/// The right to serve one ledger, held until released or until the process ends, however it ends.
final class ServingLock: Sendable {
    private let descriptor: Mutex<FileDescriptor?>

    /// Takes the lock or fails at once.
    init(_ files: LedgerFiles) throws(LedgerError) {
        let file: FileDescriptor
        do {
            file = try FileDescriptor.open(
                FilePath(files.lock),
                .readWrite,
                options: [.create, .closeOnExec],
                permissions: .ownerReadWrite
            )
        } catch {
            throw .cannotOpen(path: files.database, reason: "its lock file: \(error)")
        }
        descriptor = Mutex(file)
        guard flock(file.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            let code = Errno(rawValue: errno)
            if code == .wouldBlock { throw .inUse(path: files.database) }
            throw .cannotOpen(path: files.database, reason: "its lock file: \(code)")
        }
    }

    deinit { release() }

    /// Gives the lock back; does nothing the second time.
    func release() {
        let taken = descriptor.withLock { $0.take() }
        try? taken?.close()  // The lock ends with it, whatever close says.
    }
}
