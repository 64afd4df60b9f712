import Foundation
import SystemPackage

/// A file being written under a temporary name; removed unless it was published.
///
/// Used from one task at a time, which is what lets it be `@unchecked Sendable`: its writer owns it.
public final class AtomicFile: @unchecked Sendable {
    /// The temporary path.
    public let path: String
    /// Bytes written so far.
    public private(set) var size: Int64 = 0

    private let descriptor: FileDescriptor
    private var isOpen = true
    private var isPublished = false

    /// Creates a file that must not exist, readable by its owner only.
    ///
    /// - Throws: ``FileFailure``.
    public init(creating path: String) throws(FileFailure) {
        self.path = path
        do {
            descriptor = try FileDescriptor.open(
                FilePath(path),
                .writeOnly,
                options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: .ownerReadWrite
            )
        } catch {
            throw FileFailure(operation: "create", path: path, error)
        }
    }

    deinit { discard() }

    /// Appends bytes.
    ///
    /// - Throws: ``FileFailure``.
    public func write(_ bytes: some Collection<UInt8>) throws(FileFailure) {
        do {
            size += Int64(try descriptor.writeAll(bytes))
        } catch {
            throw FileFailure(operation: "write", path: path, error)
        }
    }

    /// Reserves disk space for so many bytes, so that a full disk fails here, before anything is written; where the
    /// file system cannot, nothing happens.
    ///
    /// - Throws: ``FileFailure``.
    public func reserve(_ bytes: Int) throws(FileFailure) {
        let code = posix_fallocate(descriptor.rawValue, 0, off_t(bytes))
        guard [0, EOPNOTSUPP, ENOSYS, EINVAL].contains(code) else {
            throw FileFailure(operation: "reserve space for", path: path, code: code)
        }
    }

    /// Syncs the content and closes the file.
    ///
    /// - Throws: ``FileFailure``; the content must then not be relied on, even if a second try succeeds.
    public func finish() throws(FileFailure) {
        guard isOpen else { return }
        guard fsync(descriptor.rawValue) == 0 else { throw FileFailure(operation: "sync", path: path, code: errno) }
        isOpen = false
        do { try descriptor.close() } catch { throw FileFailure(operation: "close", path: path, error) }
    }

    /// Syncs the content, and gives the file its final name without replacing another; the name is not synced.
    ///
    /// - Returns: `false` when a file of that name exists; this one then still waits for a name.
    /// - Throws: ``FileFailure``.
    public func name(_ final: String) throws(FileFailure) -> Bool {
        try finish()
        isPublished = try DurableFiles.name(path, final).isNamed
        return isPublished
    }

    /// Syncs, and gives the file its final name without replacing another; see ``DurableFiles/publish(_:as:syncing:)``.
    ///
    /// - Returns: `false` when a file of that name exists; this one then still waits for a name.
    /// - Throws: ``FileFailure``.
    public func publish(as final: String, syncing: NameSyncing = .required) throws(FileFailure) -> Bool {
        try finish()
        isPublished = try DurableFiles.publish(path, as: final, syncing: syncing)
        return isPublished
    }

    /// Removes the file unless it was published.
    public func discard() {
        if isOpen {
            isOpen = false
            try? descriptor.close()  // What is being thrown away need not be whole.
        }
        if !isPublished {
            isPublished = true
            try? FileManager.default.removeItem(atPath: path)  // If it stays, the next start sweeps it.
        }
    }
}
