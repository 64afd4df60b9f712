import BaseKit
import FileArchive
import Foundation
import RicevutaCore
import TestSupport

/// Runs a body with a document in a file of its own.
func withDocument(
    _ content: [UInt8] = SampleNotifications.content,
    _ body: (String, StoredDocument) async throws -> Void
) async throws {
    try await withTemporaryDirectory { directory in
        let path = "\(directory)/archived.zip"
        try Data(content).write(to: URL(fileURLWithPath: path))
        try await body(path, SampleNotifications.document(content))
    }
}

/// Documents that lie in one file, as those of an archive on this machine.
struct FileDocuments: DocumentOpening {
    private static let threads = BlockingThreads(name: "documents", limit: 8)

    /// `nil` where no document is expected to be read.
    let path: String?

    func open(_ document: StoredDocument) throws(DocumentReadError) -> any DocumentReader {
        guard let path else { throw .missing(at: "nowhere") }
        return LocalDocumentReader(document, at: path, threads: Self.threads)
    }
}
