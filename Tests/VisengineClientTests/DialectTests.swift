import BaseKit
import HTTPListener
import RicevutaCore
import Testing
import Visengine
import VisengineClient

/// Another service of the platform, as far as it differs: its paths, what it is sent, and what its numbers mean.
@Suite(.timeLimit(.minutes(1)))
struct DialectTests {
    private static let other = ProviderDialect(
        paths: ProviderDialect.Paths(
            catalogue: "/documents",
            item: { "/documents/\($0)" },
            orders: "/requests",
            order: { "/requests/\($0)" },
            searchChoice: { "/requests/\($0)" },
            document: { "/requests/\($0)/documents" }
        ),
        bodies: ProviderDialect.Bodies(
            placement: { ["documentId": .string($0.item.rawValue)] },
            changes: { _ in [:] },
            search: { _ in [:] },
            choice: { ["resultId": .string($0), "index": JSONValue($1)] }
        ),
        errors: ProviderErrorTable([
            ProviderErrorCode(rawValue: 225): .init("the document is being made", .notYetAvailable),
            ProviderErrorCode(rawValue: 610): .init("the wallet is empty"),
        ])
    )

    @Test func callsGoWhereItsPathsSay() async throws {
        try await withProvider(adjust: { $0.dialect = Self.other }, answer: { _, _ in .refusal(400, nil) }) {
            client,
            provider in
            for call in VisengineCall.allCases { _ = try await failure(of: call, with: client) }

            let id = try Samples.id()
            let targets = provider.requests.map { "\($0.head.method) \($0.head.target)" }
            #expect(
                Set(targets) == [
                    "GET /documents", "GET /documents/\(Samples.pension)", "POST /requests", "GET /requests",
                    "GET /requests/\(id)", "PUT /requests/\(id)", "POST /requests/\(id)",
                    "GET /requests/\(id)/documents",
                ]
            )
            let placed = provider.requests.first { $0.head.method == "POST" && $0.head.target == "/requests" }
            #expect(placed.map { String(decoding: $0.body, as: UTF8.self) } == #"{"documentId":"\#(Samples.pension)"}"#)
        }
    }

    /// 225 is "no credit for the search" in Visengine.
    @Test(arguments: [(other, true), (ProviderDialect.visengine(), false)])
    func aNumberMeansWhatItsTableSays(dialect: ProviderDialect, isNotYetAvailable: Bool) async throws {
        try await withProvider(adjust: { $0.dialect = dialect }, answer: { _, _ in .refusal(200, 225) }) { client, _ in
            let error = await #expect(throws: DocumentFetchError.self) {
                try await client.fetchDocument(of: try Samples.id(), into: MemoryWriter())
            }

            #expect((error == .provider(.notYetAvailable(retryAfter: nil))) == isNotYetAvailable)
        }
    }

    @Test func explainsItsOwnNumbersOnly() async throws {
        try await withProvider(adjust: { $0.dialect = Self.other }, answer: { _, _ in .refusal(402, 610) }) {
            client,
            _ in
            let error = try await failure(of: .place, with: client)
            #expect(error.description.contains("the wallet is empty (HTTP 402, error 610)"))
        }
        try await withProvider { _, _ in
            .refusal(402, 610)
        } _: { client, _ in
            let error = try await failure(of: .place, with: client)
            #expect(error.description.contains("insufficient credit (HTTP 402, error 610)"))
        }
    }
}
