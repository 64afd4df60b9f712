import Callbacks
import Synchronization
import Visengine

/// An archive that keeps nothing, and says what became of its writers.
final class FakeArchive: DocumentArchive {
    private let outcome: Result<StoredDocument, ArchiveError>
    private let counts = Mutex((committed: 0, discarded: 0))

    init(_ outcome: Result<StoredDocument, ArchiveError> = .success(Sample.document)) { self.outcome = outcome }

    var committed: Int { counts.withLock { $0.committed } }
    var discarded: Int { counts.withLock { $0.discarded } }

    func begin() throws(ArchiveError) -> any DocumentWriter { Writer(archive: self) }
    func path(of document: StoredDocument) -> String { "/archive/\(document.sha256)" }

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
