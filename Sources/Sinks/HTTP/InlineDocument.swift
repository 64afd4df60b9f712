import Foundation
import RicevutaCore

/// Reads a document as the base64 that an event carries.
enum InlineDocument {
    // A multiple of three, so that the pieces' base64 follow one another without filling.
    private static let pieceSize = 3 << 14

    /// Appends the document's base64, piece by piece.
    ///
    /// Blocks on the disk.
    ///
    /// - Throws: ``DocumentReadError``; what was appended by then is void.
    static func append(
        _ document: StoredDocument,
        at path: String,
        to bytes: inout [UInt8]
    ) throws(DocumentReadError) {
        bytes.reserveCapacity(bytes.count + (Int(document.size) + 2) / 3 * 4 + 8)
        var reader = try DocumentReader(document, at: path, pieceSize: pieceSize)
        while let piece = try reader.next() { bytes.append(contentsOf: piece.base64EncodedData()) }
    }
}
