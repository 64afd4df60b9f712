import BaseKit

/// Why the journal could not do what was asked.
public enum JournalError: Error, Equatable, Sendable {
    /// A file operation failed; the text says which, on what, and why.
    case file(String)
    /// The disk has no room for another file.
    case full(String)
    /// A file that looks like one of the journal's is not named like one.
    case unknownFile(String)
    /// A file holds records of a version that this program cannot read; nothing was changed.
    case tooNew(file: String, version: UInt8)

    init(_ failure: FileFailure) {
        self = failure.isFullDisk ? .full(failure.description) : .file(failure.description)
    }
}

extension JournalError: CustomStringConvertible {
    /// One line for an operator, with what to do next.
    public var description: String {
        switch self {
        case .file(let reason): "journal failure: \(reason); check the ownership of its files and the disk"
        case .full(let reason): "journal failure: \(reason); free some disk space"
        case .tooNew(let path, let version):
            """
            the journal file \(path) was written by a newer ricevuta (records of version \(version)); run that version \
            or a newer one
            """
        case .unknownFile(let path):
            "unexpected journal file name \(path); restore its original name, or move it out of the directory"
        }
    }
}
