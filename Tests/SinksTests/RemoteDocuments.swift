import RicevutaCore
import Synchronization

/// Documents that lie on no disk of this machine, as those of an object store.
struct RemoteDocuments: DocumentOpening {
    let content: [UInt8]
    /// After how many bytes reading fails; `nil` lets it come to its end.
    var breaksOffAfter: Int?

    func open(_ document: StoredDocument) -> any DocumentReader {
        Reader(document: document, content: content, breaksOffAfter: breaksOffAfter)
    }

    private final class Reader: DocumentReader {
        let document: StoredDocument
        private let content: [UInt8]
        private let breaksOffAfter: Int?
        private let position = Mutex(0)

        init(document: StoredDocument, content: [UInt8], breaksOffAfter: Int?) {
            self.document = document
            self.content = content
            self.breaksOffAfter = breaksOffAfter
        }

        var local: (any LocalDocument)? { nil }

        func read(upTo count: Int) async throws(DocumentReadError) -> [UInt8]? {
            let start = position.withLock { position in
                defer { position = min(position + count, content.count) }
                return position
            }
            if let breaksOffAfter, start >= breaksOffAfter { throw .unreadable(at: "bucket", reason: "went away") }
            guard start < content.count else { return nil }
            return Array(content[start..<min(start + count, content.count)])
        }
    }
}
