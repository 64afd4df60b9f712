import CLinux
import Foundation
import Synchronization
import SystemPackage

extension DurableFiles {
    /// Gives a synced file its final name, and syncs the directory; never replaces another file.
    ///
    /// By a rename that replaces nothing where the file system has it, else by a link, else by looking and renaming;
    /// see ``FileNamingWay``.
    ///
    /// - Returns: `false` when a file of that name exists; the temporary one is left as it is. The name is synced, too.
    /// - Throws: ``FileFailure``.
    public static func publish(
        _ temporary: String,
        as final: String,
        syncing: NameSyncing = .required
    ) throws(FileFailure) -> Bool {
        let isNamed = try name(temporary, final).isNamed
        // A name that is taken is relied on as well, and whoever gave it may not have got as far as this.
        try sync(directory: parent(of: final), syncing)
        return isNamed
    }

    /// How a file can be given a name on a file system without replacing another.
    public enum FileNamingWay: Sendable {
        /// By a rename that fails when the name is taken: everywhere but on NFS and some others.
        case exclusiveRename
        /// By a link, which fails when the name is taken.
        case link
        /// By looking first and renaming then: only other tasks of this process are kept from taking the name between.
        case lookAndRename
    }

    /// Gives a file a name without replacing another, and says how that was done; syncs nothing.
    ///
    /// - Throws: ``FileFailure``.
    public static func name(
        _ temporary: String,
        _ final: String
    ) throws(FileFailure) -> (isNamed: Bool, way: FileNamingWay) {
        // The paths are only read.
        switch unsafe -cfs_rename_without_replacing(temporary, final) {
        case 0: return (true, .exclusiveRename)
        case EEXIST: return (false, .exclusiveRename)
        case EINVAL, ENOSYS, ENOTSUP: return try link(temporary, to: final)
        case let code: throw FileFailure(operation: "create", path: final, code: code)
        }
    }

    private static func link(
        _ temporary: String,
        to final: String
    ) throws(FileFailure) -> (isNamed: Bool, way: FileNamingWay) {
        // Foundation's own call loses the error number of a file system without links. The paths are only read.
        switch unsafe -cfs_link(temporary, final) {
        case 0: break
        case EEXIST: return (false, .link)
        case EPERM, ENOTSUP, ENOSYS, EMLINK, EINVAL: return (try lookAndRename(temporary, to: final), .lookAndRename)
        case let code: throw FileFailure(operation: "create", path: final, code: code)
        }
        do {
            try FileManager.default.removeItem(atPath: temporary)
        } catch {
            throw FileFailure(operation: "remove the temporary file", path: temporary, error)
        }
        return (true, .link)
    }

    private static let renaming = Mutex(())

    private static func lookAndRename(_ temporary: String, to final: String) throws(FileFailure) -> Bool {
        try renaming.withLock { _ throws(FileFailure) in
            do {
                // Whatever is there, a link to nowhere too.
                _ = try FilePath(final).stat(followTargetSymlink: false)
                return false
            } catch Errno.noSuchFileOrDirectory {
                do {
                    try FileManager.default.moveItem(atPath: temporary, toPath: final)
                } catch {
                    throw FileFailure(operation: "create", path: final, error)
                }
                return true
            } catch {
                throw FileFailure(operation: "read the status of", path: final, error)
            }
        }
    }
}
