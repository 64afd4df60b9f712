import Crypto
import HTTPListener
import RicevutaCore
import Testing
import Visengine
import VisengineClient
import VisengineSandbox

@Suite(.timeLimit(.minutes(1)))
struct DocumentDownloadTests {
    /// An answer with a document of these bytes.
    static func answer(_ base64: String, name: String = "x.zip", size: Int) -> [UInt8] {
        Array(
            #"{"data":{"nome":"\#(name)","dimensione":\#(size),"file":"\#(base64)"},"success":true,"#.utf8
        ) + Array(#""message":"","error":null}"#.utf8)
    }

    @Test(arguments: [1, 2, 3, 7, 50, 1000])
    func readsBase64InPiecesOfAnyLength(length: Int) async throws {
        let body = Self.answer("SGVsbG8sIHdvcmxkISBUaGlzIGlzIGEgZG9jdW1lbnQu", size: 33)
        try await withProvider { _, _ in
            let pieces = BrokenBody(body.pieces(of: length), breaksOff: false)
            return Response(status: 200, body: .stream(length: nil, pieces))
        } _: { client, _ in
            let writer = MemoryWriter()

            let metadata = try await client.readDocument(of: try Samples.id(), into: writer)

            #expect(String(decoding: writer.bytes, as: UTF8.self) == "Hello, world! This is a document.")
            #expect(metadata == DocumentMetadata(name: "x.zip", size: 33))
        }
    }

    @Test(arguments: [(true, 20_000), (true, 49_152), (false, 300_001), (true, 5 << 20)])
    func theBytesAreTheSandboxs(isZipped: Bool, size: Int) async throws {
        let configuration = SandboxConfiguration(isZipped: isZipped, documentBytes: size)
        // An answer's limit is none of a document's.
        try await withSandbox(configuration, adjust: { $0.maxAnswerBytes = 4096 }) { client, sandbox in
            let id = try #require(try await client.placeOrder(try Samples.placement()).order).id
            sandbox.finish(id)
            let writer = MemoryWriter()

            let metadata = try await client.readDocument(of: id, into: writer)

            let report = try #require(sandbox.report(id))
            #expect(metadata == DocumentMetadata(name: report.name, size: Int64(report.size)))
            #expect(writer.bytes.count == size)
            let digest = SHA256.hash(data: writer.bytes)
            #expect(digest.description == "SHA256 digest: " + report.sha256)
            #expect(writer.longestPiece <= 49_152)
        }
    }

    /// A document that arrives damaged: it is not asked for again at once, and its bytes so far are the caller's to
    /// drop.
    @Test func truncatedBase64IsADamagedDocument() async throws {
        try await withFinishedOrder(bytes: 200_000) { client, sandbox, id in
            sandbox.setFaults { $0.document = .truncatedBase64 }

            let error = try #require(
                await #expect(throws: VisengineError.self) {
                    try await client.readDocument(of: id, into: MemoryWriter())
                }
            )

            guard case .damagedDocument(.truncatedBase64) = error.cause else {
                Issue.record("\(error)")
                return
            }
            #expect(error.name == "document_truncated_base64")
            #expect(sandbox.count(.document) == 1)
        }
    }

    @Test func aWrongLengthIsHandedOn() async throws {
        try await withFinishedOrder(bytes: 20_000) { client, sandbox, id in
            sandbox.setFaults { $0.document = .wrongLength }
            let writer = MemoryWriter()

            let metadata = try await client.readDocument(of: id, into: writer)

            #expect(metadata.size == 20_001)
            #expect(writer.bytes.count == 20_000)
        }
    }

    @Test func aConnectionLostBeforeAnyByteIsTriedAgain() async throws {
        // Shorter than a piece: nothing of it has been handed on when the connection breaks.
        try await withFinishedOrder(bytes: 20_000) { client, sandbox, id in
            sandbox.setFaults {
                $0.document = .cutOff
                $0.documentTimes = 2
            }
            let writer = MemoryWriter()

            _ = try await client.readDocument(of: id, into: writer)

            #expect(writer.bytes.count == 20_000)
            #expect(sandbox.count(.document) == 3)
        }
    }

    @Test func aConnectionLostAfterSomeBytesIsNotTriedAgain() async throws {
        try await withFinishedOrder(bytes: 400_000) { client, sandbox, id in
            sandbox.setFaults {
                $0.document = .cutOff
                $0.documentTimes = 1
            }
            let writer = MemoryWriter()

            let error = await #expect(throws: VisengineError.self) {
                try await client.readDocument(of: id, into: writer)
            }

            #expect(error?.name == "network")
            #expect(error?.isRetryable == true)
            #expect(!writer.bytes.isEmpty)
            #expect(sandbox.count(.document) == 1)
        }
    }

    @Test func whatTheWriterRefusesEndsTheDownload() async throws {
        try await withFinishedOrder(bytes: 400_000) { client, sandbox, id in
            let error = await #expect(throws: VisengineError.self) {
                try await client.readDocument(of: id, into: MemoryWriter(limit: 100_000))
            }

            #expect(error?.cause == .archive(.tooLarge(limit: 100_000)))
            #expect(error?.isRetryable == false)
            #expect(sandbox.count(.document) == 1)
        }
    }

    @Test func aRefusalUnderAGoodStatusIsARefusal() async throws {
        try await withProvider { _, _ in
            .refusal(200, 247, message: "document not yet available")
        } _: { client, _ in
            let error = try await failure(of: .document, with: client)

            #expect(error.cause == .refused(status: 200))
            #expect(error.code == .documentNotYetAvailable)
            #expect(error.message == "document not yet available")
        }
    }

    @Test(arguments: [#""dimensione":3"#, #""dimensione":"3""#, #""size":3"#])
    func readsTheLengthInAnyForm(size: String) async throws {
        let body = #"{"data":{"file":"YWJj",\#(size),"name":"a.pdf"},"success":true}"#
        try await withProvider { _, _ in
            .text(200, body)
        } _: { client, _ in
            let writer = MemoryWriter()

            let metadata = try await client.readDocument(of: try Samples.id(), into: writer)

            #expect(metadata == DocumentMetadata(name: "a.pdf", size: 3))
            #expect(writer.bytes == Array("abc".utf8))
        }
    }

    private func withFinishedOrder(
        bytes: Int,
        _ body: (VisengineAPI, Sandbox, OrderID) async throws -> Void
    ) async throws {
        try await withSandbox(SandboxConfiguration(documentBytes: bytes)) { client, sandbox in
            let id = try #require(try await client.placeOrder(try Samples.placement()).order).id
            sandbox.finish(id)
            try await body(client, sandbox, id)
        }
    }
}
