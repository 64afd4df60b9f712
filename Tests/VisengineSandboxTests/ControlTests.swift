import BaseKit
import NIOHTTP1
import Synchronization
import Testing
import Visengine
import VisengineSandbox

/// The control API as a whole, its wallet and its status.
@Suite(.timeLimit(.minutes(1)))
struct ControlTests {
    @Test func creditIsSetInEuro() async throws {
        try await withSandbox { wire in
            #expect(try await wire.control("credit", ["credit": 12.5]).json == ["credit": 12.5])
            let refused = try await wire.send(.post, "/richiesta", Samples.pension())
            #expect(refused.summary == "402/211 Insufficient Credit in Wallet: 12.50")

            #expect(try await wire.control("credit", ["credit": "12.70"]).json == ["credit": 12.7])
            _ = try await wire.place()
        }
    }

    @Test func theStatusCountsOrdersCallsAndCallbacks() async throws {
        try await withCatcher { wire, catcher in
            wire.sandbox.setFaults {
                $0.callbackDelay = .seconds(3600)
                $0.failures = [CallFailure(call: .catalogue, status: 500)]
            }
            _ = try await wire.place(Samples.pension(Samples.callback(catcher.url)))
            _ = try await wire.place(Samples.pension(["state": 0]))
            _ = try await wire.send(.post, "/richiesta", [:])
            _ = try await wire.send(.get, "/visure")
            _ = try await wire.send(.get, "/documento/7")
            _ = try await wire.send(.get, "/visure", token: nil)

            let calls: JSONValue = [
                "catalogue": 1, "item": 0, "place": 3, "orders": 0, "order": 0, "updateDraft": 0, "addSearch": 0,
                "chooseSearchResult": 0, "document": 1, "cancel": 0, "suppliers": 0,
            ]
            #expect(try await wire.control("status").json == ["orders": 2, "pendingCallbacks": 1, "calls": calls])
        }
    }

    @Test func theCallsAreListed() async throws {
        try await withSandbox { wire in
            let guide = try await wire.send(.get, "/sandbox", token: nil)

            #expect(guide.status == 200)
            let calls = guide.json["calls"]?.array?.compactMap { $0["request"]?.string } ?? []
            #expect(calls.count == 12)
            for call in calls where call.hasPrefix("GET ") && !call.hasSuffix("/ID") {
                #expect(try await wire.send(.get, String(call.dropFirst(4)), token: nil).status == 200, "\(call)")
            }
        }
    }

    @Test(arguments: ["advance", "age", "cancel", "callbacks"])
    func anUnknownOrderIsNotFound(_ call: String) async throws {
        try await withSandbox { wire in
            let answer = try await wire.control(call, ["order": "65f0c0ffee0123456789abcd"])

            #expect(answer.status == 404)
            #expect(answer.json["detail"] == "no such order; GET /sandbox/orders lists them")
        }
    }

    @Test func requestsAndCallbacksAreLogged() async throws {
        let lines = Mutex<[String]>([])
        let configuration = SandboxConfiguration(log: { line in lines.withLock { $0.append(line) } })
        try await withCatcher(configuration) { wire, catcher in
            let id = try await wire.place(Samples.pension(Samples.callback(catcher.url)))
            await wire.sandbox.callbacksSettled()

            let logged = lines.withLock { $0 }
            #expect(logged.contains("POST /richiesta 200"))
            let isCallbackLogged = logged.contains { $0.hasPrefix("callback \(id) ") && $0.hasSuffix(" 200") }
            #expect(isCallbackLogged)
            #expect(!logged.contains { $0.contains("sandbox-token") || $0.contains(catcher.url) })
        }
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        var path: String
        var body: JSONValue
        var detail: String
        var testDescription: String { path + " " + String(decoding: body.encoded(), as: UTF8.self) }

        init(_ path: String, _ body: JSONValue, _ detail: String) {
            self.path = path
            self.body = body
            self.detail = detail
        }
    }

    static let refused = [
        Refused("advance", ["steps": 0], "steps must be from 1 to 10"),
        Refused("advance", ["steps": 11], "steps must be from 1 to 10"),
        Refused("advance", ["to": "evaso"], #"to must be a stato_richiesta such as "Visura evasa""#),
        Refused("advance", ["to": "Annullata"], #"to must be a stato_richiesta such as "Visura evasa""#),
        Refused("advance", ["order": 7], "order must be an order's id"),
        Refused("advance", [1], "the body must be a JSON object"),
        Refused("cancel", [:], "order must be an order's id"),
        Refused("callbacks", [:], "order must be an order's id"),
        Refused(
            "callbacks",
            ["order": "65f0c0ffee0123456789abcd", "times": 0],
            "times must be from 1 to 100000"
        ),
        Refused("credit", [:], "credit must be an amount in euro"),
        Refused("credit", ["credit": "much"], "credit must be an amount in euro"),
        Refused("credit", ["credit": -1], "credit must be an amount in euro"),
        Refused("orders", [:], "count must be a number from 1, or callbacks a list of callback_data"),
        Refused("orders", ["count": 0], "count must be a number from 1, or callbacks a list of callback_data"),
        Refused("orders", ["count": 1, "item": "x"], "wrong hash_visura"),
    ]

    @Test(arguments: refused)
    func nonsenseIsRefusedWithAReason(_ sample: Refused) async throws {
        try await withSandbox { wire in
            let id = try await wire.place()

            let answer = try await wire.control(sample.path, sample.body)

            #expect(answer.status == 400)
            #expect(answer.headers["content-type"] == ["application/problem+json"])
            #expect(answer.json["detail"] == .string(sample.detail))
            #expect(wire.sandbox.report(id)?.state == "In erogazione")
            #expect(try await wire.control("status").json["orders"] == 1)
        }
    }

    @Test(arguments: [
        (Method.post, ""), (.get, "/advance"), (.post, "/advance/1"), (.post, "/status"), (.delete, "/orders"),
        (.get, "/orders/a/b"), (.get, "/visure"),
    ])
    func thereIsNothingElse(method: Method, path: String) async throws {
        try await withSandbox { wire in
            let answer = try await wire.send(method, "/sandbox" + path)

            #expect(answer.status == 404)
            #expect(answer.json["detail"] == "No such call in the control API; GET /sandbox lists them.")
        }
    }
}
