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
