import BaseKit
import HTTPListener
import Synchronization
import Testing
import Visengine
import VisengineClient
import VisengineSandbox

/// What the nine calls look like on the wire.
@Suite(.timeLimit(.minutes(1)))
struct RequestTests {
    struct Shape: Sendable, CustomTestStringConvertible {
        var call: VisengineCall
        var method: String
        var path: String
        var body: String?
        var testDescription: String { "\(method) \(path)" }
    }

    static let id = "65f0c0ffee0123456789abcd"
    static let shapes = [
        Shape(call: .catalogue, method: "GET", path: "/visure"),
        Shape(call: .item, method: "GET", path: "/visure/" + Samples.pension),
        Shape(
            call: .place,
            method: "POST",
            path: "/richiesta",
            body: """
                {"hash_visura":"e767a64dec5b382cbff27b3e46f41441","json_visura":{"$0":"Ada","$1":"Esempio",\
                "$2":"ada@example.test","$3":"333 0000000","$4":"RSSMRA85T10A562S",\
                "$5":"carta.pdf|data:application/pdf;base64,JVBERi0x",\
                "$6":"codice.pdf|data:application/pdf;base64,JVBERi0x"},"state":1}
                """
        ),
        Shape(call: .orders, method: "GET", path: "/richiesta"),
        Shape(call: .order, method: "GET", path: "/richiesta/" + id),
        Shape(call: .updateDraft, method: "PUT", path: "/richiesta/" + id, body: #"{"state":1}"#),
        Shape(call: .addSearch, method: "POST", path: "/richiesta/" + id, body: #"{"json_visura":{"$0":"PROVA"}}"#),
        Shape(
            call: .chooseSearchResult,
            method: "PUT",
            path: "/richiesta/\(id)/ricerche",
            body: #"{"id_ricerca":"65f0c0ffee0123456789abcd_0","indice":0}"#
        ),
        Shape(call: .document, method: "GET", path: "/documento/" + id),
    ]

    @Test(arguments: shapes)
    func sends(_ shape: Shape) async throws {
        try await withProvider { _, _ in
            .refusal(400, 200)
        } _: { client, provider in
            _ = try await failure(of: shape.call, with: client)

            let request = try #require(provider.requests.first)
            #expect(provider.requests.count == 1)
            #expect(request.head.method == shape.method)
            #expect(request.head.target == shape.path)
            #expect(request.head.headers["authorization"] == "Bearer " + sampleToken)
            #expect(request.head.headers["accept"] == "application/json")
            #expect(request.head.headers["content-type"] == (shape.body == nil ? nil : "application/json"))
            #expect(String(decoding: request.body, as: UTF8.self) == shape.body ?? "")
        }
    }

    @Test func allNineCallsAreLookedAt() {
        #expect(Set(Self.shapes.map(\.call)) == Set(VisengineCall.allCases))
    }

    @Test func writesADraftsChangesAsThePageHasThem() {
        let changes = DraftChanges(
            values: ["$1": "B", "$0": "A"],
            fields: ["$3": "C", "$2": "D"],
            email: "a@example.test"
        )

        let body = String(decoding: ProviderDialect.visengine().bodies.changes(changes).encoded(), as: UTF8.self)

        #expect(
            body == #"{"json_visura":{"$0":"A","$1":"B"},"json_visura.$2":"D","json_visura.$3":"C","#
                + #""email_target":"a@example.test"}"#
        )
        #expect(ProviderDialect.visengine().bodies.changes(DraftChanges()) == [:])
    }

    @Test(arguments: [("", "/documento"), ("/", "/documento"), ("/v2//", "/v2/documento")])
    func takesABaseAddressWithSlashesAtItsEnd(end: String, path: String) async throws {
        try await withProvider(adjust: { $0.baseURL += end }, answer: { _, _ in .refusal(422, 247) }) {
            client,
            provider in
            _ = try await failure(of: .document, with: client)

            #expect(provider.requests.map(\.head.target) == ["\(path)/\(Self.id)"])
        }
    }

    @Test func takesAnotherPathForDocuments() async throws {
        try await withSandbox(adjust: { $0.dialect = .visengine(documentPath: "/visure/documento") }) {
            client,
            sandbox in
            let id = try #require(try await client.placeOrder(try Samples.placement()).order).id
            sandbox.finish(id)
            let writer = MemoryWriter()

            _ = try await client.readDocument(of: id, into: writer)

            #expect(writer.bytes.count == 20_000)
        }
        try await withProvider(
            adjust: { $0.dialect = .visengine(documentPath: "/visure/documento") },
            answer: { _, _ in .refusal(422, 247) }
        ) { client, provider in
            _ = try await failure(of: .document, with: client)

            #expect(provider.requests.map(\.head.target) == ["/visure/documento/" + Self.id])
        }
    }

    @Test func asksForTheTokenBeforeEachRequest() async throws {
        let tokens = Tokens()
        let provider = try TestProvider { _, number in number == 0 ? .refusal(503) : .success([]) }
        try await withClient(of: provider.baseURL, token: { tokens.next() }) { client in
            _ = try await client.readCatalogue()
        }
        await provider.stop()

        #expect(provider.requests.map { $0.head.headers["authorization"] } == ["Bearer token-1", "Bearer token-2"])
    }

    @Test func keepsTheConnection() async throws {
        try await withProvider { _, _ in
            .success([])
        } _: { client, provider in
            for _ in 0..<5 { _ = try await client.readCatalogue() }

            #expect(Set(provider.requests.map(\.head.peer.port)).count == 1)
        }
    }
}

private final class Tokens: Sendable {
    private let count = Mutex(0)

    func next() -> String {
        count.withLock { count in
            count += 1
            return "token-\(count)"
        }
    }
}
