import BaseKit
import Testing
import Visengine
import VisengineSandbox

/// `PUT /richiesta/{_id}`.
@Suite(.timeLimit(.minutes(1)))
struct DraftTests {
    static let draft = Samples.pension(["state": 0])

    @Test func changesSingleFields() async throws {
        try await withSandbox { wire in
            let id = try await wire.place(Self.draft)

            let answer = try await wire.send(
                .put,
                "/richiesta/\(id)",
                ["json_visura.$0": "Bice", "json_visura.$3": "06 0000000"]
            )
            #expect(answer.data["state"] == 0)
            _ = try await wire.send(.put, "/richiesta/\(id)", ["state": 1])

            let values = try await self.values(of: id, wire)
            #expect(values["$0"] == "Bice")
            #expect(values["$1"] == "Esempio")
            #expect(values["$3"] == "06 0000000")
        }
    }

    @Test func changesAllFieldsAtOnce() async throws {
        try await withSandbox { wire in
            let id = try await wire.place(Self.draft)
            var values = Samples.values
            values["$0"] = "Bice"
            values["$3"] = "06 0000000"

            _ = try await wire.send(
                .put,
                "/richiesta/\(id)",
                ["json_visura": .object(values), "email_target": "b@example.test", "state": 1]
            )

            #expect(try await self.values(of: id, wire) == .object(values))
            #expect(try await wire.order(id)["email_target"] == "b@example.test")
        }
    }

    @Test func closingADraftChecksChargesAndTells() async throws {
        let clock = TestClock()
        let configuration = SandboxConfiguration(credit: Price(thousandths: 12_000), now: { clock.now })
        try await withCatcher(configuration) { wire, catcher in
            var members = Samples.callback(catcher.url)
            members["state"] = 0
            members["json_visura"] = [:]
            let id = try await wire.place(Samples.pension(members))
            let path = "/richiesta/\(id)"

            #expect(try await wire.send(.put, path, ["state": 1]).summary.hasPrefix("412/250 "))
            _ = try await wire.send(.put, path, ["json_visura": .object(Samples.values)])
            #expect(
                try await wire.send(.put, path, ["state": 1]).summary == "402/211 Insufficient Credit in Wallet: 12.00"
            )
            #expect(try await wire.order(id)["state"] == 0)
            await wire.sandbox.callbacksSettled()
            #expect(catcher.requests.isEmpty)

            wire.sandbox.setCredit(Price(thousandths: 12_700))
            clock.pass(9)
            let closed = try await wire.send(.put, path, ["state": 1])
            await wire.sandbox.callbacksSettled()

            #expect(closed.data["state"] == 1)
            #expect(closed.data["stato_richiesta"] == "In erogazione")
            #expect(closed.data["timestamp_creation"] == 1_750_000_000)
            #expect(closed.data["timestamp_last_update"] == 1_750_000_009)
            #expect(try catcher.states() == ["In erogazione"])
            #expect(try await wire.send(.post, "/richiesta", Samples.pension()).status == 402)
        }
    }

    @Test func aClosedOrderIsNotChanged() async throws {
        try await withSandbox { wire in
            let id = try await wire.place()

            let answer = try await wire.send(.put, "/richiesta/\(id)", ["json_visura.$0": "Bice"])

            #expect(answer.summary == "400/239 the request has already been closed")
            #expect(try await values(of: id, wire)["$0"] == "Ada")
        }
    }

    @Test func fieldsThatAreNoObjectAreRefused() async throws {
        try await withSandbox { wire in
            let id = try await wire.place(Self.draft)

            let answer = try await wire.send(.put, "/richiesta/\(id)", ["json_visura": "text", "state": 1])

            #expect(answer.summary == "412/229 error in the input data: json_visura")
            #expect(try await wire.order(id)["state"] == 0, "nothing of it is done")
        }
    }

    @Test(arguments: ["/richiesta", "/richiesta/"])
    func aChangeOfNoOrderIsRefused(path: String) async throws {
        try await withSandbox { wire in
            let change = try await wire.send(.put, path, ["state": 1])
            let nothing = try await wire.send(.put, path)

            #expect(change.summary == "428/226 id required")
            #expect(nothing.summary == "428/226 id required")
        }
    }

    @Test func anUnknownFieldIsRefused() async throws {
        try await withSandbox { wire in
            let id = try await wire.place(Self.draft)

            let answer = try await wire.send(.put, "/richiesta/\(id)", ["json_visura.$99": "x"])

            #expect(answer.summary == "412/229 error in the input data: $99")
        }
    }

    @Test func aBadAddressIsRefused() async throws {
        try await withSandbox { wire in
            let id = try await wire.place(Self.draft)

            let answer = try await wire.send(.put, "/richiesta/\(id)", ["email_target": "x"])

            #expect(answer.summary == "400/209 email is considered invalid!")
        }
    }

    @Test(arguments: ["7", "65f0c0ffee0123456789abcd"])
    func anUnknownOrderIsRefused(id: String) async throws {
        try await withSandbox { wire in
            let answer = try await wire.send(.put, "/richiesta/" + id, ["state": 1])

            #expect(answer.summary == "404/228 no requests matches this id: \(id)")
        }
    }

    /// The inputs that an order was made with.
    private func values(of id: OrderID, _ wire: Wire) async throws -> JSONValue {
        let text = try #require(try await wire.order(id)["ricerche"]?.array?.first?["json_ricerca"]?.string)
        return try JSONValue(parsing: Array(text.utf8))
    }
}
