import BaseKit
import HTTPListener
import Testing
import Visengine
import VisengineSandbox

/// `/sandbox/orders`: orders in bulk, and what the sandbox knows of them.
@Suite(.timeLimit(.minutes(1)))
struct ControlOrdersTests {
    @Test func ordersAreMadeInBulkWithoutCheckOrCharge() async throws {
        try await withCatcher(SandboxConfiguration(credit: Price(thousandths: 0))) { wire, catcher in
            let callback: JSONValue = [
                "url": .string(catcher.url + "?n={n}"), "method": "JSON", "field": "data",
                "data": ["n": "{n}", "list": ["<{n}{n}>", 7]],
            ]

            let made = try await wire.control("orders", ["count": 12, "callback": callback])
            await wire.sandbox.callbacksSettled()

            let ids = try #require(made.json["ids"]?.array).map { $0.string }
            #expect(Set(ids).count == 12)
            var echoes: [String?: JSONValue?] = [:]
            for request in catcher.requests {
                let order = try JSONValue(parsing: request.body)["data"]
                #expect(order?["stato_richiesta"] == "In erogazione")
                #expect(order?["hash_visura"] == .string(Samples.pensionHash))
                let registration = order?["callback_data"]
                #expect(registration?["url"]?.string == "http://" + catcherHost(catcher) + request.head.target)
                echoes[order?["_id"]?.string] = registration?["data"]
            }
            let expected = ids.enumerated().map { number, id -> (String?, JSONValue?) in
                (id, ["n": .string("\(number)"), "list": [.string("<\(number)\(number)>"), 7]])
            }
            #expect(echoes == Dictionary(uniqueKeysWithValues: expected))
            #expect(wire.sandbox.count(.place) == 0)
        }
    }

    @Test func eachOrderCanHaveItsOwnRegistration() async throws {
        try await withCatcher { wire, catcher in
            let first = Samples.callback(catcher.url, data: ["a": "{n}"])["callback_data"] ?? nil
            let made = try await wire.control(
                "orders",
                ["callbacks": [first, nil], "item": .string(Samples.searchHash)]
            )
            await wire.sandbox.callbacksSettled()

            let ids = try #require(made.json["ids"]?.array).compactMap { $0.string.flatMap(OrderID.init(rawValue:)) }
            try #require(ids.count == 2)
            let orders = [try await wire.order(ids[0]), try await wire.order(ids[1])]
            #expect(orders.map { $0["callback_data"] } == [first, false])
            #expect(orders.map { $0["hash_visura"] } == Array(repeating: .string(Samples.searchHash), count: 2))
            #expect(catcher.requests.count == 1)
        }
    }

    @Test func allOrdersAreListedOldestFirst() async throws {
        try await withCatcher { wire, catcher in
            #expect(try await wire.control("orders").json == ["orders": []])
            let told = try await wire.place(Samples.pension(Samples.callback(catcher.url)))
            let draft = try await wire.place(Samples.pension(["state": 0]))
            wire.sandbox.advance(told)
            await wire.sandbox.callbacksSettled()

            let expected: JSONValue = [
                ["id": .string(told.rawValue), "state": "Dati disponibili", "callbacks": 2],
                ["id": .string(draft.rawValue), "state": nil, "callbacks": 0],
            ]
            #expect(try await wire.control("orders").json == ["orders": expected])
        }
    }

    @Test func anOrderIsReported() async throws {
        try await withCatcher(SandboxConfiguration(documentBytes: 3000), status: 503) { wire, catcher in
            let id = try await wire.place(Samples.pension(Samples.callback(catcher.url)))
            await wire.sandbox.callbacksSettled()

            let report = try #require(wire.sandbox.report(id))
            let json = try await wire.control("orders/\(id)").json
            #expect(report.callbacks == [CallbackRecord(state: "In erogazione", status: 503)])
            #expect(
                json == [
                    "id": .string(id.rawValue), "state": "In erogazione", "sha256": .string(report.sha256),
                    "size": 3000, "name": .string("\(id).zip"),
                    "callbacks": [["state": "In erogazione", "status": 503, "error": nil]],
                ]
            )
        }
    }

    @Test func anUnknownOrderIsNotFound() async throws {
        try await withSandbox { wire in
            let answer = try await wire.control("orders/65f0c0ffee0123456789abcd")

            #expect(answer.status == 404)
            #expect(answer.json["detail"] == "Order not found.")
        }
    }

    private func catcherHost(_ catcher: Catcher) -> String {
        String(catcher.url.dropFirst("http://".count).prefix { $0 != "/" })
    }
}
