import BaseKit
import Crypto
package import FoundationEssentials

/// Sees whether bytes that come piece by piece are those of a document: its length and its hash.
package struct DocumentCheck: Sendable {
    private let document: StoredDocument
    private var hash = SHA256()
    private var size: Int64 = 0

    /// Creates a check that has seen nothing yet.
    package init(_ document: StoredDocument) { self.document = document }

    /// Whether as many bytes have come as the document has.
    package var isComplete: Bool { size == document.size }

    /// Takes the next bytes.
    ///
    /// - Returns: `false` when there are more than the document has.
    package mutating func take(_ bytes: some DataProtocol) -> Bool {
        size += Int64(bytes.count)
        guard size <= document.size else { return false }
        hash.update(data: bytes)
        return true
    }

    /// Whether what has come is the whole document.
    package func isWhole() -> Bool { isComplete && ASCII.hex(hash.finalize()) == document.sha256 }
}
