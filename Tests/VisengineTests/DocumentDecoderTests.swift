import TestSupport
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1))) struct DocumentDecoderTests {
    struct Answer: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        var bytes: [UInt8] = Array("Grüße, Ricevuta!".utf8)
        var metadata = DocumentMetadata(name: "a.zip", size: 18)
        var testDescription: String { name }
    }

    /// `Grüße, Ricevuta!` in base64.
    static let base64 = "R3LDvMOfZSwgUmljZXZ1dGEh"

    static let answers = [
        Answer(
            name: "as documented",
            text:
                #"{"data":{"nome":"a.zip","dimensione":18,"file":"\#(base64)"},"#
                + #""success":true,"message":"","error":null}"#
        ),
        Answer(
            name: "file first, size as text, slashes",
            text: #" {"success" : true, "data" : { "file" :"\#(base64)", "dimensione":"18","nome":"a\u002ezip" } } "#
        ),
        Answer(
            name: "other names",
            text: #"{"data":{"name":"a.zip","size":18,"content":"\#(base64)","x":[{"file":"!"}]}}"#
        ),
        Answer(
            name: "a name with half a surrogate pair",
            text: #"{"data":{"nome":"\ud83da.zip","dimensione":18,"file":"\#(base64)"}}"#,
            metadata: DocumentMetadata(name: "\u{FFFD}a.zip", size: 18)
        ),
        Answer(
            name: "a name with control characters, and a text that nobody reads",
            text: "{\"x\":\"a\tb\",\"data\":{\"nome\":\"a\u{1}\n.zip\",\"dimensione\":18,\"file\":\"\(base64)\"}}",
            metadata: DocumentMetadata(name: "a\u{1}\n.zip", size: 18)
        ),
        Answer(name: "without data", text: #"{"nome":"a.zip","dimensione":18,"file":"\#(base64)"}"#),
        Answer(name: "in a list of one", text: #"{"data":[{"nome":"a.zip","dimensione":18.0,"file":"\#(base64)"}]}"#),
        Answer(
            name: "escapes and line breaks",
            text: #"{"data":{"file":"R3LDvM\u004FfZSwg\r\nUm ljZX\nZ1dGEh","nome":"a.zip","dimensione":18}}"#
        ),
        Answer(
            name: "with a data prefix",
            text: #"{"data":{"file":"data:application\/zip;base64,\#(base64)","nome":"a.zip","dimensione":18}}"#
        ),
        Answer(
            name: "with a name and a data prefix",
            text:
                #"{"data":{"file":"fil\u00e9 è|data:application/zip;base64,\#(base64)","#
                + #""nome":"a.zip","dimensione":18}}"#
        ),
        Answer(
            name: "two filling characters, url alphabet",
            text: #"{"data":{"file":"-_8=","nome":null},"trace":"W10="}"#,
            bytes: [0xFB, 0xFF],
            metadata: DocumentMetadata()
        ),
        Answer(name: "filling escaped", text: #"{"file":"\u002b/8\u003d"}"#, bytes: [0xFB, 0xFF], metadata: .init()),
        Answer(name: "one byte, no filling", text: #"{"file":"-w"}"#, bytes: [0xFB], metadata: .init()),
        Answer(
            name: "odd members around",
            text: #"{"a":[1,-2.5e1,null,[],{}],"b":{"success":false},"file":"-w==","c":"\"}"}"#,
            bytes: [0xFB],
            metadata: .init()
        ),
    ]

    private func decode(
        _ text: [UInt8],
        chunkSize: Int
    ) throws -> (bytes: [UInt8], metadata: DocumentMetadata) {
        var decoder = DocumentDecoder()
        var bytes: [UInt8] = []
        var index = 0
        while index < text.count {
            let end = min(text.count, index + chunkSize)
            try decoder.feed(text[index..<end]) { bytes += $0 }
            index = end
        }
        return (bytes, try decoder.finish())
    }

    @Test(arguments: answers)
    func decodesInChunksOfEverySize(_ answer: Answer) throws {
        let text = Array(answer.text.utf8)
        for size in 1...text.count {
            let (bytes, metadata) = try decode(text, chunkSize: size)
            #expect(bytes == answer.bytes, "in chunks of \(size)")
            #expect(metadata == answer.metadata, "in chunks of \(size)")
        }
    }

    @Test(arguments: answers)
    func noticesWhenTheAnswerIsCut(_ answer: Answer) throws {
        let text = Array(answer.text.utf8)
        let whole = text.count - text.reversed().prefix { $0 == UInt8(ascii: " ") }.count
        for end in 0..<whole {
            var decoder = DocumentDecoder()
            try decoder.feed(text[..<end]) { _ in }
            #expect(throws: DocumentDecodingError.truncatedJSON(offset: Int64(end))) { try decoder.finish() }
        }
    }

    @Test func decodesLargeDocumentsInRandomChunksAndSmallPieces() throws {
        var generator = SeededGenerator(seed: 3)
        for length in [49_151, 49_152, 49_153, 300_000] {
            let content = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            let wire = FileInput(name: "x", mediaType: "a/b", content: content).wireText.replacing("/", with: #"\/"#)
            let base64 = wire.split(separator: ",")[1]
            let text = Array(#"{"data":{"file":"\#(base64)","dimensione":\#(length)},"success":true}"#.utf8)
            var decoder = DocumentDecoder()
            var decoded: [UInt8] = []
            var index = 0
            while index < text.count {
                let end = min(text.count, index + Int.random(in: 1...20_000, using: &generator))
                try decoder.feed(text[index..<end]) { piece in
                    #expect(piece.count <= 65_536)
                    decoded += piece
                }
                index = end
            }
            #expect(try decoder.finish().size == Int64(length))
            #expect(decoded == content)
            #expect(decoder.decodedBytes == Int64(length))
        }
    }

    static let wrong: [(String, DocumentDecodingError)] = [
        (
            #"{"success":false,"message":"document not yet available","error":247,"data":null}"#,
            DocumentDecodingError.refused(error: .documentNotYetAvailable, message: "document not yet available")
        ),
        (#"{"error":"247","message":"x"}"#, .refused(error: .documentNotYetAvailable, message: "x")),
        (#"{"success":false,"data":{"file":"AAAA"}}"#, .refused(error: nil, message: "")),
        (#"{"success":true,"data":{"nome":"a"}}"#, .missingFile),
        (#"{"success":true,"data":{"file":null}}"#, .missingFile),
        (#"{"success":true,"data":{"file":""}}"#, .missingFile),
        (#"{"success":true,"data":{"x":{"file":"AAAA"}}}"#, .missingFile),
        (#"{"file":"AAAA","data":{"file":"AAAA"}}"#, .severalFiles(offset: 30)),
        (#"{"file":"AAAAA"}"#, .truncatedBase64(offset: 14)),
        (#"{"file":"AAAA=A"}"#, .malformedBase64(offset: 15)),
        (#"{"file":"AB=="}"#, .truncatedBase64(offset: 13)),
        (#"{"file":"AA!A"}"#, .malformedBase64(offset: 13)),
        (#"{"file":"data:x,AAAA"}"#, .malformedBase64(offset: 15)),
        (#"{"file":"AAAA\q"}"#, .malformedBase64(offset: 14)),
        (#"[]"#, .malformedJSON(offset: 0)), ("<html>", .malformedJSON(offset: 0)), ("{]", .malformedJSON(offset: 1)),
        (#"{"a":1]"#, .malformedJSON(offset: 6)), (#"{"a":tru}"#, .malformedJSON(offset: 8)),
        (#"{"a":1,}"#, .malformedJSON(offset: 7)), (#"{"a":1} x"#, .malformedJSON(offset: 8)),
        (#"{"a":"# + String(repeating: "[", count: 40), .tooDeep(offset: 5 + 31)),
    ]

    @Test(arguments: wrong)
    func saysWhatIsWrong(_ text: String, _ error: DocumentDecodingError) {
        #expect(throws: error) { try decode(Array(text.utf8), chunkSize: text.utf8.count) }
        #expect(throws: error) { try decode(Array(text.utf8), chunkSize: 1) }
    }

    @Test func limitsTextsBesideTheFile() {
        let name = #"{"data":{"nome":"\#(String(repeating: "x", count: 20_000))"}}"#
        let other = #"{"other":"\#(String(repeating: "x", count: 1_100_000))"}"#
        for text in [name, other] {
            #expect {
                try decode(Array(text.utf8), chunkSize: 4096)
            } throws: { error in
                if case .textTooLong? = error as? DocumentDecodingError { true } else { false }
            }
        }
    }

    @Test func staysFailedAfterAnError() throws {
        var decoder = DocumentDecoder()
        let error = DocumentDecodingError.malformedJSON(offset: 1)

        #expect(throws: error) { try decoder.feed(Array("{]".utf8)) { _ in } }
        #expect(throws: error) { try decoder.feed(Array(#"{"file":"AAAA"}"#.utf8)) { _ in } }
        #expect(throws: error) { try decoder.finish() }
    }

    @Test func handsOnWhatTheReceiverThrows() {
        struct Full: Error {}
        var decoder = DocumentDecoder()

        #expect(throws: Full.self) { try decoder.feed(Array(#"{"file":"AAAA"}"#.utf8)) { _ in throw Full() } }
    }

    @Test func survivesDamagedAnswers() {
        var generator = SeededGenerator(seed: 4)
        for answer in Self.answers {
            for _ in 0..<1000 {
                let text = generator.mutated(Array(answer.text.utf8))
                let size = Int.random(in: 1...64, using: &generator)
                // Decoded or refused, either is right: only that it returns counts.
                _ = try? decode(text, chunkSize: size)
            }
        }
    }
}
