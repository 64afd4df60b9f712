import HTTPListener
import RicevutaCore
import Testing
import Visengine
import VisengineClient

/// What the core gets to see of a failure: what to do next.
@Suite(.timeLimit(.minutes(1)))
struct PortTests {
    enum Kind: String {
        case notFound
        case notYetAvailable
        case unauthorized
        case transient
        case permanent

        init(_ failure: ProviderFailure) {
            self =
                switch failure {
                case .notFound: .notFound
                case .notYetAvailable: .notYetAvailable
                case .unauthorized: .unauthorized
                case .transient: .transient
                case .permanent: .permanent
                }
        }
    }

    static let readings: [(status: Int, code: Int?, kind: Kind)] = [
        (401, nil, .unauthorized), (403, nil, .unauthorized), (402, 211, .permanent), (404, 202, .notFound),
        (404, nil, .notFound), (400, 201, .permanent), (408, nil, .transient), (422, 247, .permanent),
        (429, nil, .transient), (500, nil, .transient), (503, nil, .transient), (301, nil, .permanent),
        (200, 202, .permanent), (200, nil, .transient),
    ]

    @Test(arguments: readings)
    func readingAnOrderFailsAs(status: Int, code: Int?, kind: Kind) async throws {
        try await withProvider { _, _ in
            .refusal(status, code)
        } _: { client, _ in
            let failure = try #require(
                await #expect(throws: ProviderFailure.self) { try await client.order(try Samples.id()) }
            )

            #expect(Kind(failure) == kind)
            #expect(!failure.description.contains(sampleToken))
        }
    }

    static let fetchings: [(status: Int, code: Int?, kind: Kind)] = [
        (422, 247, .notYetAvailable), (422, nil, .notYetAvailable), (200, 247, .notYetAvailable),
        (404, 244, .notFound), (401, nil, .unauthorized), (402, nil, .permanent), (429, nil, .transient),
        (500, nil, .transient), (400, 243, .permanent),
    ]

    @Test(arguments: fetchings)
    func fetchingADocumentFailsAs(status: Int, code: Int?, kind: Kind) async throws {
        try await withProvider { _, _ in
            .refusal(status, code)
        } _: { client, _ in
            let error = await #expect(throws: DocumentFetchError.self) {
                try await client.fetchDocument(of: try Samples.id(), into: MemoryWriter())
            }

            guard case .provider(let failure) = try #require(error) else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(Kind(failure) == kind)
        }
    }

    @Test func tellsADamagedDocumentFromAFailure() async throws {
        try await withProvider { _, _ in
            .text(200, #"{"data":{"file":"YWJ*"},"success":true}"#)
        } _: { client, _ in
            let error = await #expect(throws: DocumentFetchError.self) {
                try await client.fetchDocument(of: try Samples.id(), into: MemoryWriter())
            }

            guard case .damaged(let reason) = try #require(error) else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reason.contains("base64 is invalid at byte"))
        }
    }

    @Test func handsTheArchivesFailureOn() async throws {
        try await withProvider { _, _ in
            .text(200, #"{"data":{"file":"YWJj"},"success":true}"#)
        } _: { client, _ in
            let error = await #expect(throws: DocumentFetchError.self) {
                try await client.fetchDocument(of: try Samples.id(), into: MemoryWriter(limit: 2))
            }

            #expect(error == .archive(.tooLarge(limit: 2)))
        }
    }

    @Test func handsTheTimeToWaitOn() async throws {
        try await withProvider { _, _ in
            .refusal(429, retryAfter: "900")
        } _: { client, _ in
            let failure = await #expect(throws: ProviderFailure.self) { try await client.orders() }

            guard case .transient(_, retryAfter: let retryAfter) = try #require(failure) else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(retryAfter == .seconds(900))
        }
        try await withProvider { _, _ in
            .refusal(422, 247, retryAfter: "9")
        } _: { client, _ in
            let error = await #expect(throws: DocumentFetchError.self) {
                try await client.fetchDocument(of: try Samples.id(), into: MemoryWriter())
            }

            #expect(error == .provider(.notYetAvailable(retryAfter: .seconds(9))))
        }
    }

    @Test func handsADocumentOn() async throws {
        try await withProvider { _, _ in
            .text(200, #"{"data":{"file":"YWJj"},"success":true}"#)
        } _: { client, _ in
            let writer = MemoryWriter()

            let metadata = try await client.fetchDocument(of: try Samples.id(), into: writer)

            #expect(metadata == DocumentMetadata())
            #expect(writer.bytes == Array("abc".utf8))
        }
    }
}
