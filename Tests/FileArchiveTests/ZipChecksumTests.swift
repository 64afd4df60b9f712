import FileArchive
import Foundation
import RicevutaCore
import TestSupport
import Testing

/// Zip archives made by others' tools: `zip`, and Python's `zipfile` for what `zip` does not write.
@Suite(.timeLimit(.minutes(1)))
struct ZipChecksumTests {
    /// `atto.xml` deflated and `nota.txt` stored, written by Python's `zipfile`.
    static let archive =
        Data(
            base64Encoded: """
                UEsDBBQAAAAIAMBLYVyHyB5zVwAAAAIBAAAIAAAAYXR0by54bWyzsa/IzVEoSy0qzszPs1Uy1DNQsrfjsinLLC4tSrSzSSwpyVfI
                K81NLcq3VTJQ0kcTMcQQMcIQMcYQMcEQMcUQMcMQMccQscAQscR0IRZHg12tD/UiFwBQSwMEFAAAAAAAwEthXBvphj0WAAAAFgAA
                AAgAAABub3RhLnR4dHVuYSBub3RhIGRpIHZlbnRpIGJ5dGVQSwECFAMUAAAACADAS2Fch8gec1cAAAACAQAACAAAAAAAAAAAAAAA
                gAEAAAAAYXR0by54bWxQSwECFAMUAAAAAADAS2FcG+mGPRYAAAAWAAAACAAAAAAAAAAAAAAAgAF9AAAAbm90YS50eHRQSwUGAAAA
                AAIAAgBsAAAAuQAAAAAA
                """,
            options: .ignoreUnknownCharacters
        ).map { [UInt8]($0) } ?? []

    /// The same, written to a pipe: its sizes stand behind each entry.
    static let streamed =
        Data(
            base64Encoded: """
                UEsDBBQACAAIAMBLYVwAAAAAAAAAAAAAAAAIAAAAYXR0by54bWyzsa/IzVEoSy0qzszPs1Uy1DNQsrfjsinLLC4tSrSzSSwpyVfI
                K81NLcq3VTJQ0kcTMcQQMcIQMcYQMcEQMcUQMcMQMccQscAQscR0IRZHg12tD/UiFwBQSwcIh8gec1cAAAACAQAAUEsDBBQACAAA
                AMBLYVwAAAAAAAAAAAAAAAAIAAAAbm90YS50eHR1bmEgbm90YSBkaSB2ZW50aSBieXRlUEsHCBvphj0WAAAAFgAAAFBLAQIUAxQA
                CAAIAMBLYVyHyB5zVwAAAAIBAAAIAAAAAAAAAAAAAACAAQAAAABhdHRvLnhtbFBLAQIUAxQACAAAAMBLYVwb6YY9FgAAABYAAAAI
                AAAAAAAAAAAAAACAAY0AAABub3RhLnR4dFBLBQYAAAAAAgACAGwAAADZAAAAAAA=
                """,
            options: .ignoreUnknownCharacters
        ).map { [UInt8]($0) } ?? []

    private func problem(_ bytes: [UInt8]) async throws -> String? {
        try await withTemporaryDirectory { directory in
            let archive = try LocalArchive(root: directory, receiver: receiver, maxDocumentBytes: 1 << 24)
            do throws(ArchiveError) {
                _ = try await archive.store(bytes, pieceSize: 100_000)
                return nil
            } catch {
                guard case .failedCheck(let document) = error else { throw error }
                return document.reason
            }
        }
    }

    @Test func wholeArchivesPass() async throws {
        #expect(Self.archive.count > 100)
        #expect(try await problem(Self.archive) == nil)
        #expect(try await problem(Self.streamed) == nil)
    }

    @Test func noByteOfAnEntrysContentCanChangeUnseen() async throws {
        for archive in [Self.archive, Self.streamed] {
            for name in ["atto.xml", "nota.txt"] {
                let header = try #require(archive.firstRange(of: Array(name.utf8))).lowerBound - 30
                let size = max(1, Self.compressedSize(of: name, in: archive))
                for place in 0..<size {
                    var changed = archive
                    changed[header + 30 + name.utf8.count + place] ^= 0x10
                    let found = try await problem(changed)
                    #expect(found?.hasPrefix("the zip is damaged: ") == true, "\(name), byte \(place): \(found ?? "-")")
                }
            }
        }
    }

    @Test func aChecksumOrLengthThatIsWrongIsSeen() async throws {
        let directory = try #require(Self.archive.firstRange(of: [0x50, 0x4B, 0x01, 0x02])).lowerBound
        for (offset, what) in [(16, "checksum"), (24, "bytes")] {
            var changed = Self.archive
            changed[directory + offset] ^= 1
            #expect(try await problem(changed)?.contains(what) == true)
        }
    }

    /// An encrypted entry and one of another method have no content that could be read here.
    @Test(arguments: [(8, 1), (10, 12)])
    func whatCannotBeReadIsNotChecked(offset: Int, value: UInt8) async throws {
        var changed = Self.archive
        for start in Self.places(of: [0x50, 0x4B, 0x01, 0x02], in: changed) { changed[start + offset] = value }
        let content = try #require(changed.firstRange(of: Array("nota.txt".utf8))).upperBound
        changed[content] ^= 0x10
        #expect(try await problem(changed) == nil)
    }

    @Test func anEntryThatReachesIntoTheDirectoryIsSeen() async throws {
        let places = Self.places(of: [0x50, 0x4B, 0x01, 0x02], in: Self.archive)
        var changed = Self.archive
        changed[try #require(places.last) + 22] = 0x7F  // The third byte of its compressed size.
        #expect(try await problem(changed)?.contains("overlaps the central directory") == true)
        changed = Self.archive
        changed[try #require(places.last) + 42] ^= 1
        #expect(try await problem(changed)?.contains("no local header") == true)
    }

    @Test func aLargeEntryIsCheckedInLittleMemory() async throws {
        let content = [UInt8](repeating: 0x41, count: 16 << 20 - 1 << 10)
        #expect(
            try await problem(Self.stored(content, checksum: 0))
                == "the zip is damaged: checksum mismatch in entry 0"
        )
    }

    private static func places(of signature: [UInt8], in bytes: [UInt8]) -> [Int] {
        bytes.ranges(of: signature).map(\.lowerBound)
    }

    private static func compressedSize(of name: String, in bytes: [UInt8]) -> Int {
        for place in places(of: [0x50, 0x4B, 0x01, 0x02], in: bytes)
        where bytes[(place + 46)...].starts(with: Array(name.utf8)) {
            return (0..<4).reduce(0) { $0 | Int(bytes[place + 20 + $1]) << (8 * $1) }
        }
        return 0
    }

    /// An archive of one stored entry.
    private static func stored(_ content: [UInt8], checksum: Int) -> [UInt8] {
        func number(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(value >> (8 * $0) & 0xFF) } }
        let facts = number(checksum, 4) + number(content.count, 4) + number(content.count, 4) + number(1, 2)
        var bytes: [UInt8] = [0x50, 0x4B, 0x03, 0x04] + number(0, 10) + facts + number(0, 2) + [0x61] + content
        let start = bytes.count
        bytes += [0x50, 0x4B, 0x01, 0x02] + number(0, 12) + facts + number(0, 16) + [0x61]
        let size = bytes.count - start
        return bytes + [0x50, 0x4B, 0x05, 0x06] + number(0, 4) + number(1, 2) + number(1, 2) + number(size, 4)
            + number(start, 4) + number(0, 2)
    }
}
