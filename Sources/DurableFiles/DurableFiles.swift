import Foundation
import SystemPackage

/// Files that survive a power cut: synced, and entered in a directory that is synced too.
///
/// Every call blocks on the disk.
public enum DurableFiles {
    /// Makes a directory with all that is missing above it, and syncs each up to the first that was there before:
    /// a file is not durable while the entry of its directory is not.
    ///
    /// - Parameters:
    ///   - path: An absolute path.
    ///   - permissions: Of each directory made.
    /// - Throws: ``FileFailure``.
    public static func makeDirectory(_ path: String, permissions: Int = 0o700) throws(FileFailure) {
        if let found = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType {
            guard found != .typeRegular else {
                throw FileFailure(doing: "make the directory", path: path, code: ENOTDIR)
            }
            return
        }
        let parent = (path as NSString).deletingLastPathComponent
        if !parent.isEmpty, parent != path { try makeDirectory(parent, permissions: permissions) }
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: false,
                attributes: [.posixPermissions: permissions]
            )
        } catch {
            let failure = FileFailure(doing: "make the directory", path: path, error)
            guard failure.code == EEXIST else { throw failure }  // Another task made it meanwhile.
        }
        try sync(directory: parent)
    }

    /// Syncs a directory's entries.
    ///
    /// - Throws: ``FileFailure``.
    public static func sync(directory path: String) throws(FileFailure) {
        do {
            let descriptor = try FileDescriptor.open(FilePath(path), .readOnly, options: [.directory, .closeOnExec])
            defer { try? descriptor.close() }  // Opened for reading: closing loses nothing.
            guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
        } catch {
            throw FileFailure(doing: "sync the directory", path: path, error)
        }
    }

    /// Gives a synced file its final name, and syncs the directory; never replaces another file.
    ///
    /// - Returns: `false` when a file of that name exists; the temporary one is left as it is.
    /// - Throws: ``FileFailure``.
    public static func publish(_ temporary: String, as final: String) throws(FileFailure) -> Bool {
        do {
            // A link fails when the name is taken, in one step; a rename would replace what is there.
            try FileManager.default.linkItem(atPath: temporary, toPath: final)
        } catch {
            let failure = FileFailure(doing: "name the file", path: final, error)
            switch failure.code {
            case EEXIST: return false
            case EPERM, ENOTSUP, ENOSYS, EMLINK: return try move(temporary, to: final)
            default: throw failure
            }
        }
        do {
            try FileManager.default.removeItem(atPath: temporary)
        } catch {
            throw FileFailure(doing: "remove the temporary name", path: temporary, error)
        }
        try sync(directory: (final as NSString).deletingLastPathComponent)
        return true
    }

    /// For file systems without links; looks first, so that nothing is replaced.
    private static func move(_ temporary: String, to final: String) throws(FileFailure) -> Bool {
        guard !FileManager.default.fileExists(atPath: final) else { return false }
        do {
            try FileManager.default.moveItem(atPath: temporary, toPath: final)
        } catch {
            throw FileFailure(doing: "name the file", path: final, error)
        }
        try sync(directory: (final as NSString).deletingLastPathComponent)
        return true
    }
}

/// Why a file operation failed.
public struct FileFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was being done, for example `write`.
    public var doing: String
    /// The path it was done to.
    public var path: String
    /// `errno`, or 0 when the system gave none.
    public var code: Int32

    /// Creates a failure.
    public init(doing: String, path: String, code: Int32) {
        self.doing = doing
        self.path = path
        self.code = code
    }

    init(doing: String, path: String, _ error: any Error) {
        self.init(doing: doing, path: path, code: Self.code(of: error))
    }

    /// Whether there is no room for it on the disk.
    public var isFullDisk: Bool { [ENOSPC, EDQUOT, EFBIG].contains(code) }

    /// One line for an operator.
    public var description: String {
        "cannot \(doing) \(path): " + (code == 0 ? "no reason given" : "\(Errno(rawValue: code))")
    }

    private static func code(of error: any Error) -> Int32 {
        if let error = error as? Errno { return error.rawValue }
        let error = error as NSError
        if let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError { return Int32(clamping: underlying.code) }
        if error.domain == NSPOSIXErrorDomain { return Int32(clamping: error.code) }
        return error.code == CocoaError.fileWriteFileExists.rawValue ? EEXIST : 0
    }
}
