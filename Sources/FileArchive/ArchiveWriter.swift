import BaseKit
import Crypto
import RicevutaCore
import Visengine

/// Writes one document: hashed while it is written, checked before it gets its name.
///
/// Nothing is done to the disk before there is a piece worth a system call; a document that fits into one is written,
/// checked and named in one visit to a thread.
///
/// Used from one task at a time, which is what lets it be `@unchecked Sendable`: the fetch that began it owns it. What
/// the threads touch is handed to them and back; a thread that hangs keeps it.
final class ArchiveWriter: DocumentWriter, @unchecked Sendable {
    /// What a thread needs, and changes.
    private struct Progress {
        var file: AtomicFile?
        var hash = SHA256()
    }

    private static let bufferSize = 256 << 10

    private let archive: LocalArchive
    private let limit: Int64
    /// `nil` while a thread has it, and for good when that thread was left behind.
    private var progress: Progress? = Progress()
    private var buffer: [UInt8] = []
    private var received: Int64 = 0

    init(archive: LocalArchive, limit: Int64) {
        self.archive = archive
        self.limit = limit
    }

    func write(_ bytes: ArraySlice<UInt8>) async throws(ArchiveError) {
        received += Int64(bytes.count)
        guard received <= limit else { throw .tooLarge(limit: limit) }
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.bufferSize { try await flush() }
    }

    func commit(_ metadata: DocumentMetadata) async throws(ArchiveError) -> StoredDocument {
        let archive = archive
        let received = received
        return try await onThread { (progress, piece) throws(ArchiveError) in
            let file = try Self.append(piece, to: &progress, archive)
            let commit = ArchiveCommit(
                archive: archive,
                file: file,
                size: received,
                content: piece.count == received ? piece : nil,
                metadata: metadata
            )
            return try commit.perform(sha256: ASCII.hex(progress.hash.finalize()))
        }
    }

    func discard() async {
        // Without it a thread that hangs has the file, and removes it when it comes to an end.
        guard let file = progress.take()?.file else { return }
        _ = await archive.threads.run { file.discard() }
    }

    private func flush() async throws(ArchiveError) {
        let archive = archive
        try await onThread { (progress, piece) throws(ArchiveError) in
            _ = try Self.append(piece, to: &progress, archive)
        }
    }

    private static func append(
        _ piece: [UInt8],
        to progress: inout Progress,
        _ archive: LocalArchive
    ) throws(ArchiveError) -> AtomicFile {
        do throws(FileFailure) {
            let file: AtomicFile
            if let begun = progress.file { file = begun } else { file = try archive.newFile() }
            progress.file = file
            guard !piece.isEmpty else { return file }
            progress.hash.update(data: piece)
            try file.write(piece)
            return file
        } catch {
            throw ArchiveError(error)
        }
    }

    /// Hands everything to a thread, with what is buffered, and takes it back.
    private func onThread<Value: Sendable>(
        _ work: @escaping @Sendable (inout Progress, [UInt8]) throws(ArchiveError) -> Value
    ) async throws(ArchiveError) -> Value {
        guard let taken = progress.take() else { throw archive.hanging }
        let piece = buffer
        buffer.removeAll()
        let outcome = await archive.threads.run { () -> (Progress, Result<Value, ArchiveError>) in
            var progress = taken
            let result = Result { () throws(ArchiveError) in try work(&progress, piece) }
            return (progress, result)
        }
        switch outcome {
        case .finished((let progress, let result)):
            self.progress = progress
            return try result.get()
        case .abandoned, .refused: throw archive.hanging
        }
    }
}

/// Checks what was written and gives it its name, or quarantines it.
struct ArchiveCommit {
    let archive: LocalArchive
    let file: AtomicFile
    let size: Int64
    /// What was written, where it is still at hand.
    let content: [UInt8]?
    let metadata: DocumentMetadata

    /// Blocks on the disk.
    func perform(sha256: String) throws(ArchiveError) -> StoredDocument {
        do throws(FileFailure) { try file.finish() } catch { throw ArchiveError(error) }
        if let announced = metadata.size, announced != size {
            throw try archive.quarantine.keep(
                file,
                size: size,
                reason: "wrong length: \(size) bytes, \(announced) announced",
                sha256: sha256
            )
        }
        let kind: DocumentKind
        switch content.map(DocumentStructure.check) ?? DocumentStructure.check(path: file.path, size: size) {
        case .sound(let found): kind = found
        case .damaged(let reason):
            throw try archive.quarantine.keep(file, size: size, reason: reason, sha256: sha256)
        case .unreadable(let code): throw .io(doing: "read back", path: file.path, errno: code)
        }

        let document = StoredDocument(sha256: sha256, size: size, kind: kind, name: metadata.name)
        let path = LocalArchive.path(sha256: sha256, kind: kind, below: archive.root)
        do throws(FileFailure) {
            try DurableFiles.makeDirectory(DurableFiles.parent(of: path))
            // An existing file of that name has the same content, unless it was changed or damaged since.
            if try !file.publish(as: path) {
                if isSound(document, at: path) { return document }
                archive.removeDamaged(path)
                _ = try file.publish(as: path)
            }
        } catch {
            throw ArchiveError(error)
        }
        return document
    }

    private func isSound(_ document: StoredDocument, at path: String) -> Bool {
        do throws(DocumentReadError) {
            var file = try DocumentFile(document, at: path)
            while try file.next(upTo: 256 << 10) != nil {}
            return true
        } catch {
            return false
        }
    }
}
