import CLinux
import Foundation
import SystemPackage

/// Files that survive a power cut: synced, and entered in a directory that is synced too.
///
/// Every call blocks on the disk.
public enum DurableFiles {
    /// Makes a directory with all that is missing above it, and syncs each up to the first that was there before:
    /// a file is not durable while the entry of its directory is not.
    ///
    /// One that was there is synced above, once for each
    /// process: its maker may have died before doing so.
    ///
    /// - Parameters:
    ///   - path: An absolute path.
    ///   - permissions: Of each directory made.
    ///   - root: Below this directory no symbolic link is followed; `nil` follows them everywhere.
    ///   - syncing: What to do where directories cannot be synced.
    /// - Throws: ``FileFailure``.
    public static func makeDirectory(
        _ path: String,
        permissions: Int = 0o700,
        below root: String? = nil,
        syncing: NameSyncing = .required
    ) throws(FileFailure) {
        let parent = parent(of: path)
        let followsLinks = root.map { !path.hasPrefix($0 + "/") } ?? true
        if let name = try directory(path, followsLinks: followsLinks) {
            guard syncing != .notNeeded, !DurableNames.contains(name) else { return }
            try sync(nameOf: path, in: parent, syncing)
            return DurableNames.insert(name)
        }
        if !parent.isEmpty, parent != path {
            try makeDirectory(parent, permissions: permissions, below: root, syncing: syncing)
        }
        try make(path, permissions)
        guard syncing != .notNeeded else { return }
        try sync(directory: parent, syncing)
        if let name = try directory(path, followsLinks: followsLinks) { DurableNames.insert(name) }
    }

    /// Syncs a directory's entries.
    ///
    /// - Throws: ``FileFailure``.
    public static func sync(directory path: String, _ syncing: NameSyncing = .required) throws(FileFailure) {
        do {
            let descriptor = try FileDescriptor.open(FilePath(path), .readOnly, options: [.directory, .closeOnExec])
            defer { try? descriptor.close() }  // Opened for reading: closing loses nothing.
            guard fsync(descriptor.rawValue) == 0 || syncing.allows(errno) else { throw Errno(rawValue: errno) }
        } catch {
            throw FileFailure(operation: "sync the directory", path: path, error)
        }
    }

    /// What identifies the directory of that path; `nil` when there is nothing.
    private static func directory(
        _ path: String,
        followsLinks: Bool
    ) throws(FileFailure) -> DurableNames.Name? {
        let stat: Stat
        do {
            stat = try FilePath(path).stat(followTargetSymlink: followsLinks)
        } catch .noSuchFileOrDirectory {
            return nil
        } catch {
            throw FileFailure(operation: "read the status of the directory", path: path, error)
        }
        switch stat.type {
        case .directory: return DurableNames.Name(path, stat)
        case .symbolicLink:
            let reason = "it is a symbolic link, which is not followed here; replace it with a directory"
            throw FileFailure(operation: "use the directory", path: path, code: ELOOP, reason: reason)
        default: throw FileFailure(operation: "create the directory", path: path, code: ENOTDIR)
        }
    }

    private static func make(_ path: String, _ permissions: Int) throws(FileFailure) {
        // The path is only read, and only during the call.
        guard unsafe mkdir(path, mode_t(permissions)) == 0 || errno == EEXIST else {
            throw FileFailure(operation: "create the directory", path: path, code: errno)
        }
        // What the umask may have taken. Not asked for without need: file systems without permissions refuse it.
        guard permissions & 0o077 != 0 else { return }
        do {
            try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path)
        } catch {
            throw FileFailure(operation: "set the permissions of", path: path, error)
        }
    }

    /// Syncs the entry of a directory that was found.
    private static func sync(
        nameOf path: String,
        in parent: String,
        _ syncing: NameSyncing
    ) throws(FileFailure) {
        do throws(FileFailure) {
            try sync(directory: parent.isEmpty ? path : parent, syncing)
        } catch {
            // A directory above may be closed to this user, who then cannot open it; the whole file system can be
            // synced.
            guard error.code == EACCES || error.code == EPERM else { throw error }
            try syncFileSystem(of: path)
        }
    }

    private static func syncFileSystem(of path: String) throws(FileFailure) {
        do {
            let descriptor = try FileDescriptor.open(FilePath(path), .readOnly, options: [.directory, .closeOnExec])
            defer { try? descriptor.close() }  // Opened for reading: closing loses nothing.
            let code = -cfs_sync_file_system(descriptor.rawValue)
            guard code == 0 else { throw Errno(rawValue: code) }
        } catch {
            throw FileFailure(operation: "sync the file system of", path: path, error)
        }
    }
}
