import FileArchive
import Foundation
import RicevutaCore
import Visengine

/// Whose archive the tests look at.
let receiver = ReceiverID.random()

extension LocalArchive {
    /// Writes a document in pieces and commits it; discards it when that fails, as its users do.
    @discardableResult
    func store(
        _ bytes: [UInt8],
        name: String? = nil,
        size: Int64? = nil,
        pieceSize: Int = 1000,
        maxBytes: Int64? = nil
    ) async throws(ArchiveError) -> StoredDocument {
        let writer = try await begin(maxBytes: maxBytes)
        do throws(ArchiveError) {
            for start in stride(from: 0, to: bytes.count, by: pieceSize) {
                try await writer.write(bytes[start..<min(bytes.count, start + pieceSize)])
            }
            return try await writer.commit(DocumentMetadata(name: name, size: size))
        } catch {
            await writer.discard()
            throw error
        }
    }
}

func bytes(of path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

/// The files below a directory, with their paths relative to it, sorted.
func names(below path: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: path).filter { name in
        try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")[.type] as? FileAttributeType == .typeRegular
    }.sorted()
}

func permissions(of path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
}
