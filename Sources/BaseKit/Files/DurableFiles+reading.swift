public import Foundation
import SystemPackage

extension DurableFiles {
    /// Opens a file for reading that has to be a regular one: a symbolic link is not followed, and what would make the
    /// reader wait, such as a FIFO, is refused.
    ///
    /// - Returns: The open file; `nil` when there is none of that name.
    /// - Throws: ``FileFailure``.
    public static func openRegularFile(_ path: String) throws(FileFailure) -> FileHandle? {
        do {
            // Looked at first, since opening a device can do something to it; and again, since it may be another by
            // then.
            try require(regular: FilePath(path).stat(followTargetSymlink: false), path)
            let descriptor = try FileDescriptor.open(
                FilePath(path),
                .readOnly,
                options: [.noFollow, .nonBlocking, .closeOnExec]
            )
            let handle = FileHandle(fileDescriptor: descriptor.rawValue, closeOnDealloc: true)
            try require(regular: descriptor.stat(), path)
            return handle
        } catch Errno.noSuchFileOrDirectory {
            return nil
        } catch let failure as FileFailure {
            throw failure
        } catch {
            throw FileFailure(operation: "open", path: path, error)
        }
    }

    /// Syncs a file that is there: one that is relied on may have been written by a process that died before its sync.
    ///
    /// - Throws: ``FileFailure``.
    public static func sync(file path: String) throws(FileFailure) {
        guard let handle = try openRegularFile(path) else {
            throw FileFailure(operation: "sync", path: path, code: ENOENT)
        }
        defer { try? handle.close() }  // Opened for reading: closing loses nothing.
        guard fsync(handle.fileDescriptor) == 0 else { throw FileFailure(operation: "sync", path: path, code: errno) }
    }

    /// Whether anything has that name; a symbolic link is a name like any other.
    ///
    /// - Throws: ``FileFailure``.
    public static func isTaken(_ path: String) throws(FileFailure) -> Bool {
        do {
            _ = try FilePath(path).stat(followTargetSymlink: false)
            return true
        } catch .noSuchFileOrDirectory {
            return false
        } catch {
            throw FileFailure(operation: "read the status of", path: path, error)
        }
    }

    private static func require(regular stat: Stat, _ path: String) throws(FileFailure) {
        let found: String
        switch stat.type {
        case .regular: return
        case .symbolicLink: found = "a symbolic link"
        case .directory: found = "a directory"
        case .fifo: found = "a FIFO"
        case .socket: found = "a socket"
        default: found = "a device"
        }
        throw FileFailure(operation: "read", path: path, code: 0, reason: "it is \(found), not a regular file")
    }
}
