import BaseKit
import Crypto
import Foundation
import RicevutaCore
import SystemPackage

/// A folder that is filled under another name, `NAME.unfinished`, and gets its own when all that is in it is on disk.
///
/// Whatever ends the process before leaves a folder of that other name, which the next attempt empties.
///
/// Blocks on the disk. Files are readable by their owner only.
final class UnfinishedFolder {
    /// Where it is filled.
    let path: String
    private let target: String
    /// Holds the lock that keeps another process from filling the same one.
    private let lock: FileDescriptor
    private var folders: Set<String> = []
    private static let pieceBytes = 1 << 20
    /// Backups are kept on file servers, some of which see to names by themselves.
    private static let syncing = NameSyncing.whereSupported

    /// Makes the folder, or empties what an earlier attempt left.
    ///
    /// - Parameter target: The absolute path that it is to have in the end.
    /// - Throws: ``CommandFailure`` when another process fills it; `FileFailure`.
    init(for target: String) throws {
        self.target = target
        path = "\(target).unfinished"
        try DurableFiles.makeDirectory(path, syncing: Self.syncing)
        do {
            lock = try FileDescriptor.open(FilePath(path), .readOnly, options: [.directory, .closeOnExec])
        } catch {
            throw FileFailure(operation: "open", path: path, error)
        }
        guard flock(lock.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            try? lock.close()  // It was opened for the lock only.
            throw CommandFailure(
                .directoryInUse,
                "another process is writing \(path); wait for it, or choose another name"
            )
        }
        try clear()
    }

    deinit { try? lock.close() }  // Everything else was synced, or is not wanted.

    /// Removes all that is in it.
    func clear() throws(FileFailure) {
        do {
            for name in try FileManager.default.contentsOfDirectory(atPath: path) {
                try FileManager.default.removeItem(atPath: "\(path)/\(name)")
            }
        } catch {
            throw FileFailure(operation: "empty", path: path, error)
        }
        folders = []
    }

    /// Removes the folder.
    func discard() {
        try? FileManager.default.removeItem(atPath: path)  // What is left, the next attempt removes.
    }

    /// Gives the folder its name; never in the place of another.
    ///
    /// - Throws: ``CommandFailure`` when something of that name has come meanwhile; `FileFailure`.
    func publish() throws {
        for folder in folders { try DurableFiles.sync(directory: folder, Self.syncing) }
        try DurableFiles.sync(directory: path, Self.syncing)
        guard try DurableFiles.publish(path, as: target, syncing: Self.syncing) else {
            throw CommandFailure(.outputExists, "\(target) already exists; what was written is in \(path)")
        }
    }

    // MARK: Files

    /// Writes a file.
    func write(_ bytes: [UInt8], to name: String) throws(FileFailure) -> BackupManifest.Entry {
        let file = try newFile(name)
        try file.write(bytes)
        _ = try file.name("\(path)/\(name)")
        return BackupManifest.Entry(path: name, bytes: file.size, sha256: ASCII.hex(SHA256.hash(data: bytes)))
    }

    /// Copies a file, and says what was read.
    func copy(_ source: String, to name: String) throws(FileFailure) -> BackupManifest.Entry {
        let file = try newFile(name)
        let entry = try Self.read(source, name: name) { piece throws(FileFailure) in try file.write(piece) }
        _ = try file.name("\(path)/\(name)")
        return entry
    }

    /// Makes a second name for a file that nobody changes.
    ///
    /// - Returns: Whether the file system has let it.
    func link(_ source: String, to name: String) throws(FileFailure) -> Bool {
        try makeFolder(of: name)
        // Another file system, one without links, or a file of somebody else's: it is copied.
        return (try? FileManager.default.linkItem(atPath: source, toPath: "\(path)/\(name)")) != nil
    }

    /// Removes a file.
    func remove(_ name: String) throws(FileFailure) {
        do {
            try FileManager.default.removeItem(atPath: "\(path)/\(name)")
        } catch {
            throw FileFailure(operation: "remove", path: "\(path)/\(name)", error)
        }
    }

    /// Reads a file to its end, and says what was read.
    static func read(
        _ source: String,
        name: String,
        _ take: (Data) throws(FileFailure) -> Void = { _ in }
    ) throws(FileFailure) -> BackupManifest.Entry {
        guard let handle = try DurableFiles.openRegularFile(source) else {
            throw FileFailure(operation: "read", path: source, code: ENOENT)
        }
        defer { try? handle.close() }  // Opened for reading: closing loses nothing.
        var hash = SHA256()
        var size: Int64 = 0
        while true {
            let piece: Data
            do {
                piece = try handle.read(upToCount: Self.pieceBytes) ?? Data()
            } catch {
                throw FileFailure(operation: "read", path: source, error)
            }
            if piece.isEmpty { break }
            hash.update(data: piece)
            size += Int64(piece.count)
            try take(piece)
        }
        return BackupManifest.Entry(path: name, bytes: size, sha256: ASCII.hex(hash.finalize()))
    }

    private func newFile(_ name: String) throws(FileFailure) -> AtomicFile {
        try makeFolder(of: name)
        return try AtomicFile(creating: "\(path)/\(name).new")
    }

    private func makeFolder(of name: String) throws(FileFailure) {
        let folder = DurableFiles.parent(of: "\(path)/\(name)")
        guard folder != path, folders.insert(folder).inserted else { return }
        try DurableFiles.makeDirectory(folder, syncing: Self.syncing)
    }
}
