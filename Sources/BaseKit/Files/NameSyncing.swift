import Glibc

/// What to do where a file system cannot sync a directory.
public enum NameSyncing: Sendable {
    /// It is a failure: nothing there would be durable.
    case required
    /// Nothing: its server sees to names by itself, as that of an SMB share does.
    case whereSupported
    /// Nothing anywhere: what is in the directory is for this process only.
    case notNeeded

    // What Linux answers when a file system has no such operation.
    private static let unsupported: Set<Int32> = [EINVAL, ENOTSUP, ENOSYS]

    /// Whether a failed sync of a directory counts as one.
    func allows(_ code: Int32) -> Bool { self != .required && Self.unsupported.contains(code) }
}
