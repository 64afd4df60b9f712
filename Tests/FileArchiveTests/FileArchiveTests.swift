import BaseKit
import Crypto
import FileArchive
import Foundation
import RicevutaCore
import TestSupport
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1)))
struct FileArchiveTests {
    @Test func storesUnderTheContentsHash() async throws {
        try await withTemporaryDirectory { directory in
            let archive = try LocalArchive(
                root: "\(directory)/made/archive",
                receiver: receiver,
                maxDocumentBytes: 1 << 20
            )
            let zip = SampleDocuments.zip()
            let hash = SHA256.hash(data: zip).map { String(format: "%02x", $0) }.joined()

            let document = try await archive.store(zip, name: "visura.zip", size: Int64(zip.count))

            #expect(document == StoredDocument(sha256: hash, size: Int64(zip.count), kind: .zip, name: "visura.zip"))
            let path = archive.path(of: document)
            #expect(path == "\(directory)/made/archive/documents/\(hash.prefix(2))/\(hash).zip")
            #expect(try bytes(of: path) == zip)
            #expect(try permissions(of: path) == 0o600)
            #expect(try permissions(of: archive.root) == 0o700)
            #expect(try permissions(of: (path as NSString).deletingLastPathComponent) == 0o700)
            #expect(archive.find(sha256: hash)?.path == path)
            #expect(archive.find(sha256: hash)?.kind == .zip)
            #expect(try names(below: "\(archive.root)/incoming/\(receiver)") == [])
        }
    }

    @Test func storesEqualContentOnce() async throws {
        try await withTemporaryDirectory { directory in
            let archive = try LocalArchive(root: directory, receiver: receiver, maxDocumentBytes: 1 << 20)
            let first = try await archive.store(SampleDocuments.pdf, name: "one.pdf")
            let number = try fileNumber(archive.path(of: first))

            let second = try await archive.store(SampleDocuments.pdf, name: "two.pdf")

            #expect(second.sha256 == first.sha256)
            #expect(second.name == "two.pdf")
            #expect(try fileNumber(archive.path(of: second)) == number)
            #expect(try names(below: directory).count == 1)
        }
    }

    @Test func storesManyAtOnce() async throws {
        try await withTemporaryDirectory { directory in
            let archive = try LocalArchive(root: directory, receiver: receiver, maxDocumentBytes: 1 << 20)

            let hashes = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<24 {
                    group.addTask { try await archive.store(Array("document \(number % 4)".utf8)).sha256 }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }

            #expect(hashes.count == 4)
            #expect(try names(below: directory).count == 4)
        }
    }

    @Test(arguments: [1, 3, 4096, 262_144, 300_000, 1_000_000])
    func hashesWhateverThePieces(pieceSize: Int) async throws {
        try await withTemporaryDirectory { directory in
            let archive = try LocalArchive(root: directory, receiver: receiver, maxDocumentBytes: 1 << 21)
            let count = pieceSize < 10 ? 5000 : 700_000
            let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }

            let document = try await archive.store(content, pieceSize: pieceSize)

            #expect(document.sha256 == SHA256.hash(data: content).map { String(format: "%02x", $0) }.joined())
            #expect(document.size == Int64(count))
            #expect(try bytes(of: archive.path(of: document)) == content)
        }
    }

    @Test(arguments: [-1, 1])
    func quarantinesAWrongLength(difference: Int) async throws {
        try await withTemporaryDirectory { directory in
            let archive = try LocalArchive(root: directory, receiver: receiver, maxDocumentBytes: 1 << 20)
            let zip = SampleDocuments.zip()

            let error = await #expect(throws: ArchiveError.self) {
                try await archive.store(zip, name: "secret name.zip", size: Int64(zip.count + difference))
            }

            guard case .failedCheck(let quarantined) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(quarantined.reason == "wrong length: \(zip.count) bytes, \(zip.count + difference) announced")
            #expect(quarantined.size == Int64(zip.count))
            let note = "\(directory)/\(quarantined.path.replacingOccurrences(of: ".document", with: ".json"))"
            let json = try JSONValue(parsing: try bytes(of: note))
            #expect(json["reason"]?.string == quarantined.reason)
            #expect(json["size"]?.int64 == Int64(zip.count))
            #expect(error.map { "\($0)" }?.contains("secret name") == false)
        }
    }

    @Test func refusesMoreThanTheLimit() async throws {
        try await withTemporaryDirectory { directory in
            let archive = try LocalArchive(root: directory, receiver: receiver, maxDocumentBytes: 1000)
            try await archive.store([UInt8](repeating: 1, count: 1000), pieceSize: 999)

            await #expect(throws: ArchiveError.tooLarge(limit: 1000)) {
                try await archive.store([UInt8](repeating: 1, count: 1001), pieceSize: 999)
            }
            #expect(try names(below: directory).count == 1)
        }
    }

    @Test func replacesADocumentThatWasDamagedSince() async throws {
        try await withTemporaryDirectory { directory in
            let archive = try LocalArchive(root: directory, receiver: receiver, maxDocumentBytes: 1 << 20)
            let document = try await archive.store(SampleDocuments.pdf)
            let path = archive.path(of: document)
            try Data("damaged".utf8).write(to: URL(fileURLWithPath: path))

            #expect(try await archive.store(SampleDocuments.pdf) == document)

            #expect(try bytes(of: path) == SampleDocuments.pdf)
            #expect(try names(below: "\(directory)/incoming/\(receiver)") == [])
        }
    }

    @Test func removesWhatWasDiscardedOrForgotten() async throws {
        try await withTemporaryDirectory { directory in
            let archive = try LocalArchive(root: directory, receiver: receiver, maxDocumentBytes: 1 << 20)
            do {
                let writer = try await archive.begin()
                try await writer.write([1, 2, 3])
                #expect(try names(below: directory) == [], "nothing is done to the disk for a piece as small as that")
                try await writer.write([UInt8](repeating: 0, count: 300_000)[...])
                #expect(try names(below: "\(directory)/incoming/\(receiver)").count == 1)
                await writer.discard()
                #expect(try names(below: "\(directory)/incoming/\(receiver)") == [])
                await writer.discard()
                try await archive.begin().write([UInt8](repeating: 0, count: 300_000)[...])
            }

            // The thread that made the file lets go of it in its own time; the suite's limit ends the waiting.
            while try names(below: directory) != [] { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    @Test func discardingAfterCommittingRemovesNothing() async throws {
        try await withTemporaryDirectory { directory in
            let archive = try LocalArchive(root: directory, receiver: receiver, maxDocumentBytes: 1 << 20)
            let writer = try await archive.begin()
            try await writer.write(SampleDocuments.pdf[...])
            let document = try await writer.commit(DocumentMetadata())

            await writer.discard()

            #expect(try bytes(of: archive.path(of: document)) == SampleDocuments.pdf)
        }
    }

    @Test func sweepsWhatACrashLeft() async throws {
        try await withTemporaryDirectory { directory in
            let archive = try LocalArchive(root: directory, receiver: receiver, maxDocumentBytes: 1 << 20)
            let document = try await archive.store(SampleDocuments.pdf)
            await #expect(throws: ArchiveError.self) { try await archive.store([]) }
            try Data("half".utf8).write(to: URL(fileURLWithPath: "\(directory)/incoming/\(receiver)/left-over"))
            let before = try names(below: directory)

            let reopened = try LocalArchive(root: directory, receiver: receiver, maxDocumentBytes: 1 << 20)
            #expect(
                try names(below: directory) == before,
                "opening alone removes nothing: another process may serve it"
            )
            reopened.sweep()

            #expect(try names(below: directory) == before.filter { $0 != "incoming/\(receiver)/left-over" })
            #expect(reopened.find(sha256: document.sha256) != nil)
        }
    }

    @Test func sweepsNothingOfAnotherReceiver() async throws {
        try await withTemporaryDirectory { directory in
            let other = try LocalArchive(root: directory, receiver: .random(), maxDocumentBytes: 1 << 20)
            let writer = try await other.begin()
            try await writer.write(SampleDocuments.pdf[...])
            let before = try names(below: directory)

            let archive = try LocalArchive(root: directory, receiver: receiver, maxDocumentBytes: 1 << 20)
            archive.sweep()

            #expect(try names(below: directory) == before)
            let document = try await writer.commit(DocumentMetadata())
            #expect(try bytes(of: archive.path(of: document)) == SampleDocuments.pdf, "documents are shared")
        }
    }

    @Test func saysWhatTheFileSystemRefused() async throws {
        try await withTemporaryDirectory { directory in
            let archive = try LocalArchive(root: directory, receiver: receiver, maxDocumentBytes: 1 << 20)
            try FileManager.default.removeItem(atPath: "\(directory)/documents")
            try Data().write(to: URL(fileURLWithPath: "\(directory)/documents"))

            let error = await #expect(throws: ArchiveError.self) { try await archive.store(SampleDocuments.pdf) }
            guard case .io(_, let path, let code) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(path.hasPrefix("\(directory)/documents"))
            #expect(code == ENOTDIR)
            #expect(try names(below: "\(directory)/incoming/\(receiver)") == [])

            try FileManager.default.removeItem(atPath: "\(directory)/incoming/\(receiver)")
            let failure = await #expect(throws: ArchiveError.self) { try await archive.store(SampleDocuments.pdf) }
            guard case .io("create", _, ENOENT) = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
        }
    }

    @Test(arguments: ["", "abc", "../../../../etc/passwd", String(repeating: "A", count: 64)])
    func findsNothingUnderWhatIsNoHash(text: String) async throws {
        try withTemporaryDirectory { directory in
            let archive = try LocalArchive(root: directory, receiver: receiver, maxDocumentBytes: 1)

            #expect(archive.find(sha256: text) == nil)
        }
    }

    private func fileNumber(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
    }
}
