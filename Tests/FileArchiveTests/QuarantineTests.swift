import BaseKit
import FileArchive
import Foundation
import RicevutaCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct QuarantineTests {
    /// Contents that announce one byte more than they have.
    private func quarantine(_ content: [UInt8], in archive: LocalArchive) async throws -> QuarantinedDocument {
        let error = await #expect(throws: ArchiveError.self) {
            try await archive.store(content, size: Int64(content.count + 1))
        }
        guard case .failedCheck(let document) = error else { throw try #require(error) }
        return document
    }

    @Test func equalContentIsKeptOnceHoweverOftenItComes() async throws {
        try await withTemporaryDirectory { directory in
            let archive = try LocalArchive(root: directory, receiver: receiver, maxDocumentBytes: 1 << 20)
            var paths: Set<String> = []
            for _ in 0..<7 { paths.insert(try await quarantine([1, 2, 3], in: archive).path) }
            paths.insert(try await quarantine([4], in: archive).path)

            #expect(paths.count == 2)
            #expect(try names(below: "\(directory)/quarantine").count == 4, "two contents, each beside its reason")
            for path in paths { #expect(FileManager.default.fileExists(atPath: "\(directory)/\(path)")) }
            #expect(try names(below: "\(directory)/incoming/\(receiver)") == [])
        }
    }

    @Test func theOldestMakeRoomForWhatIsNew() async throws {
        try await withTemporaryDirectory { directory in
            let archive = try LocalArchive(
                root: directory,
                receiver: receiver,
                maxDocumentBytes: 1 << 20,
                maxQuarantineBytes: 2500
            )
            var kept: [String] = []
            for (number, age) in [(1, 300), (2, 200), (3, 100)] as [(UInt8, Double)] {
                let path = try await quarantine([UInt8](repeating: number, count: 1000), in: archive).path
                let date = Date(timeIntervalSinceNow: -age)
                try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: "\(directory)/\(path)")
                kept.append((path as NSString).lastPathComponent)
            }

            let contents = try names(below: "\(directory)/quarantine").filter { $0.hasSuffix(".document") }
            #expect(Set(contents) == Set(kept.dropFirst()), "2,500 bytes have room for two of them")
            #expect(try names(below: "\(directory)/quarantine").count == 4, "a reason goes with its content")
        }
    }

    @Test func aContentLargerThanAllTheRoomLeavesItsReasonOnly() async throws {
        try await withTemporaryDirectory { directory in
            let archive = try LocalArchive(
                root: directory,
                receiver: receiver,
                maxDocumentBytes: 1 << 20,
                maxQuarantineBytes: 10
            )
            let document = try await quarantine([UInt8](repeating: 1, count: 11), in: archive)

            #expect(try names(below: directory) == [document.path])
            let note = try JSONValue(parsing: try bytes(of: "\(directory)/\(document.path)"))
            #expect(note["isKept"] == false)
        }
    }

    @Test func oldContentsAreRemovedWithTheirReasons() async throws {
        try await withTemporaryDirectory { directory in
            let archive = try LocalArchive(root: directory, receiver: receiver, maxDocumentBytes: 1 << 20)
            for number in 0..<3 as Range<UInt8> { _ = try await quarantine([number], in: archive) }
            let now = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))

            #expect(await archive.forgetQuarantined(before: now - .seconds(60)) == 0)
            #expect(await archive.forgetQuarantined(before: now + .seconds(60)) == 3)
            #expect(try names(below: directory) == [])
        }
    }

    @Test func aSingleDocumentMayBeLargerThanTheLimit() async throws {
        try await withTemporaryDirectory { directory in
            let archive = try LocalArchive(root: directory, receiver: receiver, maxDocumentBytes: 10)
            let content = [UInt8](repeating: 7, count: 20)

            await #expect(throws: ArchiveError.tooLarge(limit: 10)) { try await archive.store(content) }
            #expect(try await archive.store(content, maxBytes: 20).size == 20)
            await #expect(throws: ArchiveError.tooLarge(limit: 19)) { try await archive.store(content, maxBytes: 19) }
        }
    }
}
