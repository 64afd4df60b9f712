import BaseKit
import Crypto
import FileArchive
import Foundation
import RicevutaCore
import TestSupport
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1)))
struct LocalDocumentReaderTests {
    private static let threads = BlockingThreads(name: "documents", limit: 2)

    private static func document(_ content: [UInt8]) -> StoredDocument {
        let hash = SHA256.hash(data: content)
        return StoredDocument(sha256: ASCII.hex(hash), size: Int64(content.count), kind: .other, name: nil)
    }

    private static func content(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) } }

    private func withReader(
        of content: [UInt8],
        as document: StoredDocument,
        _ body: (LocalDocumentReader, String) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/document"
            try Data(content).write(to: URL(fileURLWithPath: path))
            try await body(LocalDocumentReader(document, at: path, threads: Self.threads), directory)
        }
    }

    @Test(arguments: [(0, 7), (1, 7), (7, 7), (8, 7), (21, 7), (1000, 7), (300_000, 256 << 10), (10, 1)])
    func handsOutPiecesOfOneSizeAndARest(count: Int, piece: Int) async throws {
        let content = Self.content(count)
        try await withReader(of: content, as: Self.document(content)) { reader, _ in
            var pieces: [[UInt8]] = []
            while let piece = try await reader.read(upTo: piece) { pieces.append(piece) }

            #expect(Array(pieces.joined()) == content)
            #expect(pieces.dropLast().allSatisfy { $0.count == piece })
            #expect(pieces.last?.isEmpty != true)
            #expect(try await reader.read(upTo: piece) == nil)
        }
    }

    @Test(arguments: [0, 1, 300_000, 256 << 10])
    func copiesTheWholeDocument(count: Int) async throws {
        let content = Self.content(count)
        try await withReader(of: content, as: Self.document(content)) { reader, directory in
            // A name that was taken after all costs another copy.
            for number in 1...2 {
                let file = try AtomicFile(creating: "\(directory)/copy-\(number)")
                try #require(reader.local).copy(into: file)

                #expect(try Data(contentsOf: URL(fileURLWithPath: file.path)) == Data(content))
            }
        }
    }

    /// Ways in which a file is not the document any more.
    private static let spoiled: [[UInt8]] = [
        [], content(999), content(1001), content(999) + [0], [1] + content(1000).dropFirst(), content(5000),
    ]

    @Test(arguments: spoiled)
    func handsOutNoEndOfWhatIsNotTheDocument(spoiled: [UInt8]) async throws {
        let document = Self.document(Self.content(1000))
        try await withReader(of: spoiled, as: document) { reader, directory in
            let changed = DocumentReadError.changed(at: "\(directory)/document")
            var count = 0
            let error = await #expect(throws: DocumentReadError.self) {
                while let piece = try await reader.read(upTo: 100) { count += piece.count }
            }
            #expect(error == changed)
            #expect(count < 1000, "the last piece is held back")

            let again = LocalDocumentReader(document, at: "\(directory)/document", threads: Self.threads)
            let file = try AtomicFile(creating: "\(directory)/copy")
            #expect(throws: DocumentCopyError.source(changed)) { try again.copy(into: file) }
        }
    }

    @Test func saysThatTheFileIsNotThere() async throws {
        let document = Self.document([1])
        let reader = LocalDocumentReader(document, at: "/nonexistent/document", threads: Self.threads)

        await #expect(throws: DocumentReadError.missing(at: "/nonexistent/document")) {
            try await reader.read(upTo: 10)
        }
    }

    @Test func anArchiveOpensWhatItHolds() async throws {
        try await withTemporaryDirectory { directory in
            let archive: any DocumentArchive = try LocalArchive(
                root: directory,
                receiver: receiver,
                maxDocumentBytes: 1 << 20
            )
            let writer = try await archive.begin(maxBytes: nil)
            try await writer.write(SampleDocuments.pdf[...])
            let document = try await writer.commit(DocumentMetadata(name: "a.pdf"))

            let reader = try await archive.open(document)

            #expect(reader.document == document)
            #expect(reader.local != nil)
            #expect(try await reader.read(upTo: 1 << 20) == SampleDocuments.pdf)
        }
    }
}
