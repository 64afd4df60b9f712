import FileArchive
import RicevutaCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct DocumentStructureTests {
    struct Sound: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let kind: DocumentKind
    }

    static let sound = [
        Sound(testDescription: "zip", bytes: SampleDocuments.zip(), kind: .zip),
        Sound(testDescription: "zip of nothing", bytes: SampleDocuments.zip(names: []), kind: .zip),
        Sound(
            testDescription: "zip with the longest comment",
            bytes: SampleDocuments.zip(comment: String(repeating: "x", count: 65_535)),
            kind: .zip
        ),
        Sound(
            testDescription: "zip whose directory is longer than one piece",
            bytes: SampleDocuments.zip(names: (0..<5000).map { "folder/document-\($0).xml" }),
            kind: .zip
        ),
        Sound(testDescription: "ZIP64", bytes: SampleDocuments.zip64(), kind: .zip),
        Sound(testDescription: "PDF", bytes: SampleDocuments.pdf, kind: .pdf),
        Sound(testDescription: "PDF after other bytes", bytes: Array("\n\n".utf8) + SampleDocuments.pdf, kind: .pdf),
        Sound(testDescription: "XML", bytes: SampleDocuments.xml, kind: .xml),
        Sound(testDescription: "XML with a mark", bytes: [0xEF, 0xBB, 0xBF] + SampleDocuments.xml, kind: .xml),
        Sound(testDescription: "p7m", bytes: SampleDocuments.p7m(around: [1, 2, 3]), kind: .p7m),
        Sound(
            testDescription: "signed PDF, the trailer far from the end",
            bytes: SampleDocuments.p7m(around: SampleDocuments.pdf + [UInt8](repeating: 7, count: 4000)),
            kind: .p7m
        ),
        Sound(
            testDescription: "p7m of indefinite length",
            bytes: [0x30, 0x80] + SampleDocuments.p7m(around: []).dropFirst(4) + [0, 0],
            kind: .p7m
        ),
        Sound(testDescription: "anything else", bytes: Array("hello".utf8), kind: .other),
    ]

    @Test(arguments: sound)
    func tells(_ sample: Sound) async throws {
        try await withTemporaryDirectory { directory in
            let archive = try LocalArchive(root: directory, receiver: receiver, maxDocumentBytes: 1 << 20)

            let document = try await archive.store(sample.bytes)

            #expect(document.kind == sample.kind)
            #expect(archive.path(of: document).hasSuffix(".\(sample.kind.fileExtension)"))
        }
    }

    struct Damaged: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let reason: String
    }

    static let damaged = [
        Damaged(testDescription: "empty", bytes: [], reason: "empty"),
        Damaged(
            testDescription: "zip cut off",
            bytes: SampleDocuments.zip().dropLast(1),
            reason: "no end-of-central-directory record"
        ),
        Damaged(
            testDescription: "zip's second half missing",
            bytes: half(SampleDocuments.zip()),
            reason: "no end-of-central-directory record"
        ),
        Damaged(testDescription: "zip with its middle missing", bytes: withoutMiddle, reason: "exceeds the file"),
        Damaged(
            testDescription: "zip with an entry's signature flipped",
            bytes: flipped(SampleDocuments.zip(), signature: [0x50, 0x4B, 0x01, 0x02]),
            reason: "entry 0"
        ),
        Damaged(
            testDescription: "zip with its end's signature flipped",
            bytes: flipped(SampleDocuments.zip(), signature: [0x50, 0x4B, 0x05, 0x06]),
            reason: "no end-of-central-directory record"
        ),
        Damaged(
            testDescription: "zip that counts one entry too many",
            bytes: changed(at: 10, to: 3),
            reason: "entry 2"
        ),
        Damaged(
            testDescription: "zip that counts one too few",
            bytes: changed(at: 10, to: 1),
            reason: "wrong length"
        ),
        Damaged(
            testDescription: "zip whose directory is too long",
            bytes: changed(at: 14, to: 1),
            reason: "exceeds the file"
        ),
        Damaged(
            testDescription: "ZIP64 whose record is damaged",
            bytes: flipped(SampleDocuments.zip64(), signature: [0x50, 0x4B, 0x06, 0x06]),
            reason: "exceeds the file"
        ),
        Damaged(testDescription: "PDF cut off", bytes: SampleDocuments.pdf.dropLast(20), reason: "is truncated"),
        Damaged(testDescription: "XML cut off", bytes: SampleDocuments.xml.dropLast(4), reason: "is truncated"),
        Damaged(
            testDescription: "p7m cut off",
            bytes: SampleDocuments.p7m(around: SampleDocuments.pdf).dropLast(1),
            reason: "is truncated"
        ),
    ]

    @Test(arguments: damaged)
    func quarantines(_ sample: Damaged) async throws {
        try await withTemporaryDirectory { directory in
            let archive = try LocalArchive(root: directory, receiver: receiver, maxDocumentBytes: 1 << 20)

            let error = await #expect(throws: ArchiveError.self) { try await archive.store(sample.bytes) }

            guard case .failedCheck(let quarantined) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(quarantined.reason.contains(sample.reason), "\(quarantined.reason)")
            #expect(try bytes(of: "\(directory)/\(quarantined.path)") == sample.bytes)
            #expect(try names(below: "\(directory)/documents") == [])
            #expect(try names(below: "\(directory)/incoming/\(receiver)") == [])
        }
    }

    private static let withoutMiddle: [UInt8] = {
        let zip = SampleDocuments.zip()
        return Array(zip[..<30] + zip[45...])
    }()

    private static func half(_ bytes: [UInt8]) -> [UInt8] { Array(bytes[..<(bytes.count / 2)]) }

    private static func flipped(_ bytes: [UInt8], signature: [UInt8]) -> [UInt8] {
        var bytes = bytes
        if let place = bytes.firstRange(of: signature) { bytes[place.lowerBound + 2] ^= 0x40 }
        return bytes
    }

    /// A zip with one byte of its end record changed.
    private static func changed(at offset: Int, to value: UInt8) -> [UInt8] {
        var bytes = SampleDocuments.zip()
        bytes[bytes.count - 22 + offset] = value
        return bytes
    }
}
