import Callbacks
import Crypto
import DurableFiles
import Foundation
import Visengine

/// Writes one document: hashed while it is written, checked before it gets its name.
///
/// Used from one task at a time, which is what lets it be `@unchecked Sendable`: the fetch that began it owns it.
final class ArchiveWriter: DocumentWriter, @unchecked Sendable {
    private static let bufferSize = 256 << 10

    private let file: NewFile
    private let archive: FileArchive
    private let limit: Int64
    private var hash = SHA256()
    private var buffer: [UInt8] = []
    private var received: Int64 = 0

    init(file: NewFile, archive: FileArchive, limit: Int64) {
        self.file = file
        self.archive = archive
        self.limit = limit
        buffer.reserveCapacity(Self.bufferSize)
    }

    func write(_ bytes: ArraySlice<UInt8>) throws(ArchiveError) {
        received += Int64(bytes.count)
        guard received <= limit else { throw .tooLarge(limit: limit) }
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.bufferSize { try flush() }
    }

    func commit(_ metadata: DocumentMetadata) throws(ArchiveError) -> StoredDocument {
        try flush()
        do throws(FileFailure) { try file.finish() } catch { throw ArchiveError(error) }
        let digest = hash.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()

        if let announced = metadata.size, announced != received {
            throw try quarantine("length \(received), announced \(announced)", digest: digest)
        }
        let kind: DocumentKind
        switch DocumentStructure.check(path: file.path, size: received) {
        case .sound(let found): kind = found
        case .damaged(let reason): throw try quarantine(reason, digest: digest)
        case .unreadable(let code): throw .io(doing: "read back", path: file.path, errno: code)
        }

        let path = archive.path(sha256: digest, kind: kind)
        do throws(FileFailure) {
            try DurableFiles.makeDirectory((path as NSString).deletingLastPathComponent)
            // A name that is taken holds the same bytes: they are its name.
            if try !file.publish(as: path) { file.discard() }
        } catch {
            throw ArchiveError(error)
        }
        return StoredDocument(sha256: digest, size: received, kind: kind, name: metadata.name)
    }

    func discard() { file.discard() }

    private func flush() throws(ArchiveError) {
        guard !buffer.isEmpty else { return }
        hash.update(data: buffer)
        do throws(FileFailure) { try file.write(buffer) } catch { throw ArchiveError(error) }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Sets the content aside beside its reason; the reason is written first, so that no content lies there without.
    private func quarantine(_ reason: String, digest: String) throws(ArchiveError) -> ArchiveError {
        let name = "quarantine/\(digest.prefix(16))-\(UUID().uuidString)"
        do throws(FileFailure) {
            let note = try NewFile(creating: "\(archive.root)/incoming/\(UUID().uuidString)")
            let text: JSONValue = [
                "reason": .string(reason), "sha256": .string(digest), "size": JSONValue(received),
            ]
            try note.write(text.encoded(pretty: true))
            _ = try note.publish(as: "\(archive.root)/\(name).json")
            _ = try file.publish(as: "\(archive.root)/\(name).document")
        } catch {
            throw ArchiveError(error)
        }
        return .failedCheck(QuarantinedDocument(reason: reason, path: "\(name).document", size: received))
    }
}
