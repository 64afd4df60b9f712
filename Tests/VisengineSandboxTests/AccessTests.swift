import BaseKit
import NIOHTTP1
import Testing
import Visengine
import VisengineSandbox

/// Who may call, and what calls there are.
@Suite(.timeLimit(.minutes(1)))
struct AccessTests {
    struct Call: Sendable, CustomTestStringConvertible {
        var call: SandboxCall
        var method: Method
        var path: String
        var testDescription: String { call.rawValue }
    }

    static let id = "65f0c0ffee0123456789abcd"
    static let calls = [
        Call(call: .catalogue, method: .get, path: "/visure"),
        Call(call: .item, method: .get, path: "/visure/" + Samples.pensionHash),
        Call(call: .place, method: .post, path: "/richiesta"),
        Call(call: .orders, method: .get, path: "/richiesta"),
        Call(call: .order, method: .get, path: "/richiesta/" + id),
        Call(call: .updateDraft, method: .put, path: "/richiesta/" + id),
        Call(call: .addSearch, method: .post, path: "/richiesta/" + id),
        Call(call: .chooseSearchResult, method: .put, path: "/richiesta/\(id)/ricerche"),
        Call(call: .document, method: .get, path: "/documento/" + id),
        Call(call: .cancel, method: .delete, path: "/richiesta/" + id),
        Call(call: .suppliers, method: .get, path: "/fornitori"),
    ]

    @Test func allCallsAreLookedAt() {
        #expect(Set(Self.calls.map(\.call)) == Set(SandboxCall.allCases))
    }

    @Test(arguments: calls)
    func aWrongTokenIsRefused(_ call: Call) async throws {
        try await withSandbox(SandboxConfiguration(token: "right")) { wire in
            let body: JSONValue? = call.method == .get ? nil : Samples.pension()
            for token in [nil, "wrong", "", "rightx", "righ", "RIGHT"] {
                let answer = try await wire.send(call.method, call.path, body, token: token)

                #expect(answer.summary == "401/- Wrong Token")
                #expect(answer.json["data"] == .null)
            }
            let basic = try await wire.send(
                call.method,
                call.path,
                body,
                token: nil,
                headers: [("authorization", "Basic right")]
            )
            #expect(basic.status == 401)
            #expect(wire.sandbox.count(call.call) == 0)
        }
    }

    @Test(arguments: calls)
    func theRightTokenIsTaken(_ call: Call) async throws {
        try await withSandbox(SandboxConfiguration(token: "right")) { wire in
            let body: JSONValue? = call.method == .get ? nil : Samples.pension()

            let answer = try await wire.send(call.method, call.path, body, token: "right")

            #expect(answer.status != 401)
            #expect(wire.sandbox.count(call.call) == 1)
            #expect(SandboxCall.allCases.reduce(0) { $0 + wire.sandbox.count($1) } == 1)
        }
    }

    @Test(arguments: ["/visure/", "/richiesta/"])
    func aSlashAtTheEndIsTaken(path: String) async throws {
        try await withSandbox { wire in
            _ = try await wire.place()

            let answer = try await wire.send(.get, path)

            #expect(answer.status == 200)
        }
    }

    @Test(arguments: [
        ("/", 404), ("/richieste", 404), ("/visure/a/b", 404), ("/richiesta/a/ricerche/b", 404),
    ])
    func anotherPathIsNotFound(path: String, status: Int) async throws {
        try await withSandbox { wire in
            let answer = try await wire.send(.get, path)

            #expect(answer.status == status)
        }
    }

    @Test(arguments: [
        (Method.patch, "/richiesta/" + id, "DELETE, GET, POST, PUT"), (.patch, "/richiesta", "GET, POST, PUT"),
        (.post, "/visure", "GET"), (.get, "/richiesta/\(id)/ricerche", "PUT"),
    ])
    func anotherMethodIsNotAllowed(method: Method, path: String, allowed: String) async throws {
        try await withSandbox { wire in
            let answer = try await wire.send(method, path)

            #expect(answer.status == 405)
            #expect(answer.headers["allow"] == [allowed])
        }
    }

    @Test func aBodyIsReadWhateverItsContentTypeSays() async throws {
        try await withSandbox { wire in
            for type in ["application/json", "application/x-www-form-urlencoded", "text/plain"] {
                let answer = try await wire.send(
                    .post,
                    "/richiesta",
                    Samples.pension(),
                    headers: [("content-type", type)]
                )

                #expect(answer.status == 200)
            }
        }
    }
}
