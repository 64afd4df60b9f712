import BaseKit
import Testing
import Visengine
import VisengineSandbox

@Suite(.timeLimit(.minutes(1)))
struct PlacingTests {
    struct Rejection: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var body: JSONValue
        /// The start of status, `error` and `message`.
        var summary: String

        init(_ testDescription: String, _ body: JSONValue, _ summary: String) {
            self.testDescription = testDescription
            self.body = body
            self.summary = summary
        }

        /// An order for the pension with one input changed, or left out.
        init(_ testDescription: String, _ key: String, _ value: String?, _ summary: String) {
            var values = Samples.values
            values[key] = value.map { .string($0) }
            self.init(testDescription, Samples.pension(["json_visura": .object(values)]), summary)
        }
    }

    static let rejections = [
        Rejection("no hash", [:], "428/204 hash_visura required"),
        Rejection("an empty hash", ["hash_visura": ""], "428/204 hash_visura required"),
        Rejection("a wrong hash", ["hash_visura": "0000"], "400/200 wrong hash_visura"),
        Rejection(
            "no values",
            Samples.pension(["json_visura": [:]]),
            "412/250 Insufficient data to validate the request: "
        ),
        Rejection("a field left out", "$0", nil, "412/250 Insufficient data to validate the request: "),
        Rejection("a field of spaces", "$0", "  ", "412/250 Insufficient data to validate the request: "),
        Rejection("a paper left out", "$5", nil, "412/250 Insufficient data to validate the request: "),
        Rejection("an e-mail without a name", "$2", "@example.test", "400/209 email is considered invalid!"),
        Rejection("a mistyped tax code", "$4", "RSSMRA85T10A562T", "400/209 $4"),
        Rejection("a file without content", "$5", "carta.pdf", "400/209 $5"),
        Rejection("a field that there is not", "$99", "x", "400/209 $99"),
        Rejection("a bad address", Samples.pension(["email_target": "x"]), "400/209 email is considered invalid!"),
    ]

    @Test(arguments: rejections)
    func rejects(_ rejection: Rejection) async throws {
        try await withSandbox { wire in
            for test in [false, true] {
                var body = rejection.body.object ?? [:]
                body["test"] = .bool(test)

                let answer = try await wire.send(.post, "/richiesta", .object(body))

                #expect(answer.summary.hasPrefix(rejection.summary))
                #expect(answer.json["success"] == false)
            }
            #expect(try await wire.send(.get, "/richiesta").status == 404, "nothing is kept")
        }
    }

    @Test func aBodyWithoutAnythingInItIsRefused() async throws {
        try await withSandbox { wire in
            let empty = try await wire.send(.post, "/richiesta")
            let list = try await wire.send(.post, "/richiesta", [1])

            #expect(empty.summary == "428/204 hash_visura required")
            #expect(list.summary == "428/204 hash_visura required")
        }
    }

    @Test func aTestKeepsNothing() async throws {
        try await withCatcher { wire, catcher in
            wire.sandbox.setCredit(Price(thousandths: 0))
            var members = Samples.callback(catcher.url)
            members["test"] = true
            members["opzioni"] = ["opzione_1": true]

            let answer = try await wire.send(.post, "/richiesta", Samples.pension(members))

            #expect(answer.status == 200)
            #expect(answer.json["success"] == true)
            #expect(answer.json["message"] == "Test Request, deleting")
            #expect(answer.data == ["prezzo_visura": 22.7, "prezzo_ricerca": 0])
            #expect(try await wire.send(.get, "/richiesta").status == 404)
            await wire.sandbox.callbacksSettled()
            #expect(catcher.requests.isEmpty)
        }
    }

    @Test(
        arguments: [
            ([:], "12.7"), (["opzione_0": true], "16.7"), (["opzione_0": true, "opzione_1": true], "26.7"),
            (["opzione_0": false, "opzione_9": true], "12.7"),
        ] as [(JSONObject, String)]
    )
    func optionsArePriced(options: JSONObject, price: String) async throws {
        try await withSandbox { wire in
            let id = try await wire.place(Samples.pension(["opzioni": .object(options)]))

            #expect(try await wire.order(id)["prezzo_visura"] == .number(price))
        }
    }

    @Test func ordersArePaidForUntilTheWalletIsEmpty() async throws {
        try await withSandbox(SandboxConfiguration(credit: Price(thousandths: 30_000))) { wire in
            _ = try await wire.place()
            _ = try await wire.place()

            let refused = try await wire.send(.post, "/richiesta", Samples.pension())
            #expect(refused.summary == "402/211 Insufficient Credit in Wallet: 4.60")
            #expect(try await wire.send(.get, "/richiesta").data.array?.count == 2)

            wire.sandbox.setCredit(Price(thousandths: 12_700))
            _ = try await wire.place()
        }
    }

    @Test func aDraftIsNeitherCheckedNorPaidFor() async throws {
        try await withCatcher { wire, catcher in
            wire.sandbox.setCredit(Price(thousandths: 0))
            var members = Samples.callback(catcher.url)
            members["state"] = 0
            members["json_visura"] = [:]

            let id = try await wire.place(Samples.pension(members))

            let order = try await wire.order(id)
            #expect(order["state"] == 0)
            #expect(order["stato_richiesta"] == .null)
            #expect(wire.sandbox.advance(id) == 0)
            await wire.sandbox.callbacksSettled()
            #expect(catcher.requests.isEmpty)
        }
    }
}
