public import BaseKit

/// Opens archived documents for reading.
public protocol DocumentOpening: Sendable {
    /// Opens a document.
    ///
    /// - Returns: What reads it.
    /// - Throws: ``DocumentReadError``; what an archive finds out only while it reads, the reader throws.
    func open(_ document: StoredDocument) async throws(DocumentReadError) -> any DocumentReader
}

/// Reads one document from its start to its end, and sees to it that it is still what was archived.
///
/// Used from one task at a time. What blocks does so on other threads than the caller's.
public protocol DocumentReader: AnyObject, Sendable {
    /// What is read.
    var document: StoredDocument { get }

    /// The next piece; the last one only once length and hash were found right.
    ///
    /// - Parameter count: The most bytes to return, at least 1; every piece has just so many, but for the last.
    /// - Returns: `nil` at the end.
    /// - Throws: ``DocumentReadError``, possibly after pieces were handed out: what was made of them is then void.
    func read(upTo count: Int) async throws(DocumentReadError) -> [UInt8]?

    /// The faster way for who writes files on this machine, where the archive has one: instead of ``read(upTo:)``, not
    /// beside it.
    var local: (any LocalDocument)? { get }
}

/// A document that lies on this machine.
public protocol LocalDocument: Sendable {
    /// Writes the whole document into a file, which is not synced; sees to it that it is still what was archived.
    ///
    /// Begins with the first byte each time. Blocks the calling thread, on the disk of the archive and on that of the
    /// file.
    ///
    /// - Throws: ``DocumentCopyError``; what was written is then void.
    func copy(into file: AtomicFile) throws(DocumentCopyError)
}

/// Why a document cannot be taken from the archive.
public enum DocumentReadError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It is not there any more; `at` says where it lay.
    case missing(at: String)
    /// It cannot be opened or read; `at` says where it lies.
    case unreadable(at: String, reason: String)
    /// Its bytes are not those that were archived.
    case changed(at: String)

    /// One line for an operator, with what to do next.
    public var description: String {
        switch self {
        case .missing(let place): "cannot read the document \(place): file not found; \(Self.cure)"
        case .unreadable(let place, let reason): "cannot read the document \(place): \(reason)"
        case .changed(let place): "the document \(place) was changed after it was archived; \(Self.cure)"
        }
    }

    private static let cure = "`ricevuta archive verify --fetch` fetches it again, while the provider has it"
}

/// Why a document was not copied.
public enum DocumentCopyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It cannot be taken from the archive.
    case source(DocumentReadError)
    /// The file cannot be written.
    case target(FileFailure)

    /// One line for an operator.
    public var description: String {
        switch self {
        case .source(let error): error.description
        case .target(let failure): failure.description
        }
    }
}
