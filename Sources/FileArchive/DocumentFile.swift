import BaseKit
import Foundation
import RicevutaCore

/// A file that holds a document, read in pieces; sees to it that it is still what was archived.
///
/// Blocks on the disk.
struct DocumentFile: ~Copyable {
    private let path: String
    private let handle: FileHandle
    private var check: DocumentCheck
    private var isOver = false

    init(_ document: StoredDocument, at path: String) throws(DocumentReadError) {
        self.path = path
        check = DocumentCheck(document)
        let opened: FileHandle?
        do throws(FileFailure) {
            opened = try DurableFiles.openRegularFile(path)
        } catch {
            throw .unreadable(at: path, reason: error.description)
        }
        guard let opened else { throw .missing(at: path) }
        handle = opened
    }

    deinit { try? handle.close() }  // Opened for reading: closing loses nothing.

    /// The next piece, all of the same size but the last, which is handed out when length and hash were found right;
    /// `nil` at the end.
    mutating func next(upTo count: Int) throws(DocumentReadError) -> Data? {
        guard !isOver else { return nil }
        let piece = try read(count)
        guard check.take(piece) else { throw .changed(at: path) }
        guard check.isComplete else {
            guard !piece.isEmpty else { throw .changed(at: path) }
            return piece
        }
        guard try read(1).isEmpty, check.isWhole() else { throw .changed(at: path) }
        isOver = true
        return piece.isEmpty ? nil : piece
    }

    private func read(_ count: Int) throws(DocumentReadError) -> Data {
        do {
            return try handle.read(upToCount: count) ?? Data()
        } catch {
            throw .unreadable(at: path, reason: "\(error.localizedDescription)")
        }
    }
}
