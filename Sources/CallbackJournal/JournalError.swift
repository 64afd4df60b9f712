import DurableFiles

/// Why the journal could not do what was asked.
public enum JournalError: Error, Equatable, Sendable {
    /// A file operation failed; the text says which, on what, and why.
    case file(String)
    /// The disk has no room for another file.
    case full(String)
    /// A file that looks like one of the journal's is not named like one.
    case unknownFile(String)

    init(_ failure: FileFailure) {
        self = failure.isFullDisk ? .full(failure.description) : .file(failure.description)
    }
}

extension JournalError: CustomStringConvertible {
    /// One line for an operator, with what to do next.
    public var description: String {
        switch self {
        case .file(let reason): "the journal of callbacks: \(reason); check the owner of its files and the disk"
        case .full(let reason): "the journal of callbacks: \(reason); free some space on that disk"
        case .unknownFile(let path):
            "the journal of callbacks: \(path) was renamed, and may hold callbacks; "
                + "give it its name back, or move it away"
        }
    }
}
