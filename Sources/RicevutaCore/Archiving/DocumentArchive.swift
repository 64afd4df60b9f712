import BaseKit
public import Visengine

/// Documents on disk, once for each content.
public protocol DocumentArchive: DocumentOpening {
    /// Starts a document under a temporary name.
    ///
    /// - Parameter maxBytes: The most bytes that it may have, instead of the configured limit; `nil` is that limit.
    /// - Returns: What takes the document's bytes.
    /// - Throws: ``ArchiveError``.
    func begin(maxBytes: Int64?) async throws(ArchiveError) -> any DocumentWriter
}

/// Takes the bytes of one document.
///
/// Used from one task at a time. What blocks on the disk does so on other threads than the caller's.
public protocol DocumentWriter: AnyObject, Sendable {
    /// Appends decoded bytes.
    ///
    /// - Throws: ``ArchiveError``, also when the document grows beyond the configured limit.
    func write(_ bytes: ArraySlice<UInt8>) async throws(ArchiveError)

    /// Checks length and structure, and makes the document durable under its final name: synced, renamed, directory
    /// synced.
    ///
    /// - Parameter metadata: What the provider says of it: a length that differs from the bytes fails the check.
    /// - Returns: The document as stored.
    /// - Throws: ``ArchiveError/failedCheck(_:)`` when the content is quarantined instead.
    func commit(_ metadata: DocumentMetadata) async throws(ArchiveError) -> StoredDocument

    /// Removes what was written; does nothing after ``commit(_:)``.
    func discard() async
}

/// One document in the archive.
public struct StoredDocument: Sendable, Equatable, Codable {
    /// SHA-256 of the content, 64 hexadecimal digits in lower case.
    public var sha256: String
    /// The number of bytes.
    public var size: Int64
    /// What the bytes are.
    public var kind: DocumentKind
    /// The provider's file name, unchecked: for people, never for a path.
    public var name: String?

    /// Creates a description.
    public init(sha256: String, size: Int64, kind: DocumentKind, name: String?) {
        self.sha256 = sha256
        self.size = size
        self.kind = kind
        self.name = name
    }
}

/// What a document's bytes are, whatever its name says.
public enum DocumentKind: String, Sendable, Codable {
    /// A zip archive with a whole central directory.
    case zip
    /// A PDF with header and trailer.
    case pdf
    /// XML text: `.xml`, `.xbrl`.
    case xml
    /// A PKCS#7 envelope: `.p7m`.
    case p7m
    /// Anything else.
    case other

    /// The file name extension, without a dot.
    public var fileExtension: String { self == .other ? "bin" : rawValue }

    /// The MIME type.
    public var mimeType: String {
        switch self {
        case .zip: "application/zip"
        case .pdf: "application/pdf"
        case .xml: "application/xml"
        case .p7m: "application/pkcs7-mime"
        case .other: "application/octet-stream"
        }
    }
}

/// A document that failed a check and was quarantined; it is never delivered.
public struct QuarantinedDocument: Error, Sendable, Equatable {
    /// Why, for example `wrong length: 100 bytes, 120 announced`.
    public var reason: String
    /// Where it lies, relative to the archive; equal content has the same path.
    public var path: String
    /// The number of bytes.
    public var size: Int64

    /// Creates a description.
    public init(reason: String, path: String, size: Int64) {
        self.reason = reason
        self.path = path
        self.size = size
    }
}

/// Why the archive could not take a document.
public enum ArchiveError: Error, Equatable, Sendable {
    /// The document failed a check and lies in quarantine.
    case failedCheck(QuarantinedDocument)
    /// The document is larger than the configured limit, in bytes.
    case tooLarge(limit: Int64)
    /// The file system failed while doing this to that path.
    case io(doing: String, path: String, errno: Int32)
}

extension ArchiveError: CustomStringConvertible {
    /// One line for an operator.
    public var description: String {
        switch self {
        case .failedCheck(let document): "document quarantined in \(document.path): \(document.reason)"
        case .tooLarge(let limit): "document is larger than the limit of \(limit) bytes"
        case .io(let doing, let path, let errno):
            FileFailure(operation: doing, path: path, code: errno).description
        }
    }
}
