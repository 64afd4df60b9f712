public import BaseKit
import Foundation
public import RicevutaCore

/// Documents on disk: `documents/ab/abcd….zip`, named by their content, so that equal content is stored once.
///
/// What a receiver is writing lies in its own directory below `incoming`, what failed a check in `quarantine` beside
/// its reason: one copy a content, within a bound. All three are on one file system, since a document gets its name by
/// a rename.
public struct LocalArchive: DocumentArchive {
    /// The archive's directory.
    public let root: String
    let quarantine: Quarantine
    private let incoming: String
    let threads = BlockingThreads(name: "archive", limit: 8)
    private let maxDocumentBytes: Int64

    /// Opens an archive and makes its directories, each synced; removes nothing, see ``sweep()``.
    ///
    /// - Parameters:
    ///   - root: An absolute path.
    ///   - receiver: Who writes: what others are writing is not touched.
    ///   - maxDocumentBytes: A larger document is refused while it is being written.
    ///   - maxQuarantineBytes: The most bytes of quarantined contents; the oldest go first.
    /// - Throws: ``ArchiveError/io(doing:path:errno:)``.
    public init(
        root: String,
        receiver: ReceiverID,
        maxDocumentBytes: Int64,
        maxQuarantineBytes: Int64 = 1 << 30
    ) throws(ArchiveError) {
        self.root = root
        incoming = "\(root)/incoming/\(receiver)"
        quarantine = Quarantine(
            directory: "\(root)/quarantine",
            incoming: incoming,
            maxBytes: maxQuarantineBytes
        )
        self.maxDocumentBytes = maxDocumentBytes
        do throws(FileFailure) {
            for path in ["\(root)/documents", incoming, "\(root)/quarantine"] { try DurableFiles.makeDirectory(path) }
        } catch {
            throw ArchiveError(error)
        }
    }

    /// Removes what an earlier process of this receiver left half written.
    ///
    /// For the one process that serves as this receiver, at its start. What another receiver left stays until that one
    /// starts again: no other process can tell whether it is still writing.
    public func sweep() {
        // What cannot be removed now takes room and nothing else; the next start tries again.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: incoming)) ?? []
        for name in names { try? FileManager.default.removeItem(atPath: "\(incoming)/\(name)") }  // As above.
    }

    /// Starts a document; it gets a file, under a temporary name, with the first piece that is written.
    public func begin(maxBytes: Int64? = nil) async throws(ArchiveError) -> any DocumentWriter {
        ArchiveWriter(archive: self, limit: maxBytes ?? maxDocumentBytes)
    }

    /// A file under a temporary name.
    func newFile() throws(FileFailure) -> AtomicFile {
        try AtomicFile(creating: "\(incoming)/\(TemporaryName.next())")
    }

    /// Makes room for a document whose file holds something else.
    func removeDamaged(_ path: String) {
        try? FileManager.default.removeItem(atPath: path)  // Else it keeps its name, and reading it fails as before.
    }

    /// What is said when the disk does not answer.
    var hanging: ArchiveError { .io(doing: "write to", path: root, errno: ETIMEDOUT) }

    /// Opens a document; what is wrong with its file, the reader says.
    public func open(_ document: StoredDocument) -> any DocumentReader {
        LocalDocumentReader(document, at: path(of: document), threads: threads)
    }

    /// The absolute path of a stored document.
    public func path(of document: StoredDocument) -> String { Self.path(of: document, below: root) }

    /// The absolute path of a stored document in the archive of a directory.
    public static func path(of document: StoredDocument, below root: String) -> String {
        path(sha256: document.sha256, kind: document.kind, below: root)
    }

    /// Finds a stored document by its content's hash.
    ///
    /// - Parameter sha256: 64 hexadecimal digits in lower case; anything else is not found.
    /// - Returns: Where it lies and what it is; `nil` when it is not there.
    public func find(sha256: String) -> (path: String, kind: DocumentKind)? {
        guard sha256.utf8.count == 64,
            sha256.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        for kind in DocumentKind.all {
            let path = Self.path(sha256: sha256, kind: kind, below: root)
            if FileManager.default.fileExists(atPath: path) { return (path, kind) }
        }
        return nil
    }

    static func path(sha256: String, kind: DocumentKind, below root: String) -> String {
        "\(root)/documents/\(sha256.prefix(2))/\(sha256).\(kind.fileExtension)"
    }
}

extension DocumentKind {
    static let all: [DocumentKind] = [.zip, .pdf, .xml, .p7m, .other]
}

extension ArchiveError {
    init(_ failure: FileFailure) { self = .io(doing: failure.operation, path: failure.path, errno: failure.code) }
}

extension LocalArchive: QuarantineRetention {
    /// Removes contents in quarantine that were last seen before a time.
    public func forgetQuarantined(before time: Timestamp) async -> Int {
        let outcome = await threads.run { [quarantine] in quarantine.remove(before: time) }
        switch outcome {
        case .finished(let count): return count
        case .abandoned, .refused: return 0
        }
    }
}
