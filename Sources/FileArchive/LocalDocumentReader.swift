package import BaseKit
import Foundation
package import RicevutaCore
import Synchronization

/// Reads a document that lies in a file, which is opened when the first piece is asked for.
package final class LocalDocumentReader: DocumentReader, LocalDocument {
    // Large, because each piece costs a system call and nothing is kept of it.
    private static let copiedAtOnce = 256 << 10

    /// What is read.
    package let document: StoredDocument

    private let path: String
    private let threads: BlockingThreads
    private let file = Mutex<DocumentFile?>(nil)

    /// Creates a reader.
    ///
    /// - Parameters:
    ///   - document: What the file should hold.
    ///   - path: Where it lies.
    ///   - threads: Where reading blocks.
    package init(_ document: StoredDocument, at path: String, threads: BlockingThreads) {
        self.document = document
        self.path = path
        self.threads = threads
    }

    /// The reader itself.
    package var local: (any LocalDocument)? { self }

    /// The next piece.
    package func read(upTo count: Int) async throws(DocumentReadError) -> [UInt8]? {
        let outcome = await threads.run { [self] in
            Result { () throws(DocumentReadError) in try next(upTo: count).map { [UInt8]($0) } }
        }
        switch outcome {
        case .finished(let piece): return try piece.get()
        case .abandoned: throw .unreadable(at: path, reason: "the disk does not respond")
        case .refused(let count): throw .unreadable(at: path, reason: "\(count) earlier reads still hang")
        }
    }

    /// Writes the whole document into a file: from its beginning, however often, and whatever was read before.
    package func copy(into target: AtomicFile) throws(DocumentCopyError) {
        var source: DocumentFile
        do throws(DocumentReadError) { source = try DocumentFile(document, at: path) } catch { throw .source(error) }
        while true {
            let piece: Data?
            do throws(DocumentReadError) {
                piece = try source.next(upTo: Self.copiedAtOnce)
            } catch {
                throw .source(error)
            }
            guard let piece else { return }
            do throws(FileFailure) { try target.write(piece) } catch { throw .target(error) }
        }
    }

    /// Blocks on the disk, with the lock held: one task reads at a time, and waits for each piece.
    private func next(upTo count: Int) throws(DocumentReadError) -> Data? {
        try file.withLock { (file) throws(DocumentReadError) in
            if file == nil { file = try DocumentFile(document, at: path) }
            return try file?.next(upTo: count)
        }
    }
}
