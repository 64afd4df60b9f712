import RicevutaCore
import Synchronization
import Visengine

/// An archive that keeps nothing, and says what became of its writers.
final class FakeArchive: DocumentArchive {
    private let outcome: Result<StoredDocument, ArchiveError>
    private let counts = Mutex((committed: 0, discarded: 0))

    init(_ outcome: Result<StoredDocument, ArchiveError> = .success(Sample.document)) { self.outcome = outcome }

    /// The limit of each document that was begun.
    let begun = Mutex<[Int64?]>([])

    var committed: Int { counts.withLock { $0.committed } }
    var discarded: Int { counts.withLock { $0.discarded } }

    func begin(maxBytes: Int64?) throws(ArchiveError) -> any DocumentWriter {
        begun.withLock { $0.append(maxBytes) }
        return Writer(archive: self)
    }
    func open(_ document: StoredDocument) throws(DocumentReadError) -> any DocumentReader {
        throw .unreadable(at: document.sha256, reason: "nothing is kept")
    }

    private final class Writer: DocumentWriter {
        private let archive: FakeArchive

        init(archive: FakeArchive) { self.archive = archive }

        func write(_ bytes: ArraySlice<UInt8>) throws(ArchiveError) {}

        func commit(_ metadata: DocumentMetadata) throws(ArchiveError) -> StoredDocument {
            let document = try archive.outcome.get()
            archive.counts.withLock { $0.committed += 1 }
            return document
        }

        func discard() { archive.counts.withLock { $0.discarded += 1 } }
    }
}
