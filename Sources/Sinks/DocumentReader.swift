import BaseKit
import Crypto
import Foundation
import RicevutaCore

/// Reads an archived document in pieces, and sees to it that it is still what was archived.
///
/// Blocks on the disk.
struct DocumentReader: ~Copyable {
    private let document: StoredDocument
    private let path: String
    private let pieceSize: Int
    private let handle: FileHandle
    private var hash = SHA256()
    private var size: Int64 = 0

    init(_ document: StoredDocument, at path: String, pieceSize: Int) throws(DocumentReadError) {
        self.document = document
        self.path = path
        self.pieceSize = pieceSize
        let opened: FileHandle?
        do throws(FileFailure) {
            opened = try DurableFiles.openRegularFile(path)
        } catch {
            throw .unreadable(path: path, reason: error.description)
        }
        guard let opened else { throw .unreadable(path: path, reason: "file not found") }
        handle = opened
    }

    deinit { try? handle.close() }  // Opened for reading: closing loses nothing.

    /// The next piece, all of the same size but the last; `nil` at the end, when length and hash were found right.
    ///
    /// - Throws: ``DocumentReadError``, possibly after all pieces were handed out: what was made of them is then void.
    mutating func next() throws(DocumentReadError) -> Data? {
        let piece: Data
        do {
            piece = try handle.read(upToCount: pieceSize) ?? Data()
        } catch {
            throw .unreadable(path: path, reason: "\(error.localizedDescription)")
        }
        size += Int64(piece.count)
        guard size <= document.size else { throw .changed(path: path) }
        guard piece.isEmpty else {
            hash.update(data: piece)
            return piece
        }
        let digest = hash.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        guard size == document.size, digest == document.sha256 else { throw .changed(path: path) }
        return nil
    }
}

/// Why a document cannot be taken from the archive.
enum DocumentReadError: Error, Equatable, CustomStringConvertible {
    case unreadable(path: String, reason: String)
    case changed(path: String)

    var description: String {
        switch self {
        case .unreadable(let path, let reason): "cannot read the document \(path): \(reason)"
        case .changed(let path): "the document \(path) was changed after it was archived; restore it from a backup"
        }
    }
}
