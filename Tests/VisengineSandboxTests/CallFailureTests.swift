import BaseKit
import NIOHTTP1
import Testing
import Visengine
import VisengineSandbox

/// Calls that fail on request.
@Suite(.timeLimit(.minutes(1)))
struct CallFailureTests {
    static let id = "65f0c0ffee0123456789abcd"

    struct Sample: Sendable, CustomTestStringConvertible {
        var failure: CallFailure
        var method = Method.get
        var path = "/visure"
        var summary: String
        var testDescription: String { summary }
    }

    static let samples = [
        Sample(failure: CallFailure(status: 500), summary: "500/- made to fail"),
        Sample(failure: CallFailure(call: .catalogue, status: 503), summary: "503/- made to fail"),
        Sample(failure: CallFailure(status: 502, error: 7, message: "Bad Gateway"), summary: "502/7 Bad Gateway"),
        Sample(
            failure: CallFailure(call: .place, status: 402),
            method: .post,
            path: "/richiesta",
            summary: "402/211 Insufficient Credit in Wallet: 0.00"
        ),
        Sample(
            failure: CallFailure(status: 402),
            method: .post,
            path: "/richiesta/" + id,
            summary: "402/225 Insufficient Credit in Wallet: 0.00"
        ),
        Sample(
            failure: CallFailure(status: 402),
            method: .put,
            path: "/richiesta/\(id)/ricerche",
            summary: "402/237 Insufficient Credit in Wallet: 0.00"
        ),
        Sample(
            failure: CallFailure(call: .document, status: 422),
            path: "/documento/" + id,
            summary: "422/247 document not yet available"
        ),
        Sample(failure: CallFailure(status: 422), summary: "422/- made to fail"),
        Sample(failure: CallFailure(status: 429), summary: "429/- made to fail"),
    ]

    @Test(arguments: samples)
    func aCallFailsAsAskedFor(_ sample: Sample) async throws {
        try await withSandbox { wire in
            wire.sandbox.setFaults { $0.failures = [sample.failure] }
            let body: JSONValue? = sample.method == .get ? nil : Samples.pension()

            let failed = try await wire.send(sample.method, sample.path, body)
            let then = try await wire.send(sample.method, sample.path, body)

            #expect(failed.summary == sample.summary)
            #expect(failed.json["success"] == false)
            #expect(failed.json["data"] == .null)
            #expect(failed.headers["retry-after"].isEmpty)
            #expect(then.summary != sample.summary, "a failure is used up")
        }
    }

    @Test func tooManyRequestsSayWhenToComeAgain() async throws {
        try await withSandbox { wire in
            wire.sandbox.setFaults { $0.failures = [CallFailure(status: 429, retryAfter: 17)] }

            let refused = try await wire.send(.get, "/visure")
            let then = try await wire.send(.get, "/visure")

            #expect(refused.status == 429)
            #expect(refused.headers["retry-after"] == ["17"])
            #expect(then.status == 200)
            #expect(then.headers["retry-after"].isEmpty)
        }
    }

    @Test func aFailureIsOnlyOfItsCallAndSoManyTimes() async throws {
        try await withSandbox { wire in
            wire.sandbox.setFaults { $0.failures = [CallFailure(call: .orders, status: 500, times: 2)] }
            _ = try await wire.place()

            var statuses: [Int] = []
            for path in ["/visure", "/richiesta", "/visure", "/richiesta", "/richiesta"] {
                statuses.append(try await wire.send(.get, path).status)
            }

            #expect(statuses == [200, 500, 200, 500, 200])
            #expect(wire.sandbox.count(.orders) == 3)
        }
    }

    @Test func failuresComeInTheirOrder() async throws {
        try await withSandbox { wire in
            wire.sandbox.setFaults {
                $0.failures = [
                    CallFailure(call: .item, status: 418), CallFailure(status: 500, times: 2),
                    CallFailure(call: .catalogue, status: 503),
                ]
            }

            var statuses: [Int] = []
            for _ in 0..<4 { statuses.append(try await wire.send(.get, "/visure").status) }

            #expect(statuses == [500, 500, 503, 200])
            #expect(try await wire.send(.get, "/visure/" + Samples.pensionHash).status == 418)
        }
    }

    @Test func aPlacingThatFailsHasNoEffect() async throws {
        try await withCatcher(SandboxConfiguration(credit: Price(thousandths: 12_700))) { wire, catcher in
            wire.sandbox.setFaults { $0.failures = [CallFailure(call: .place, status: 500)] }
            let body = Samples.pension(Samples.callback(catcher.url))

            let failed = try await wire.send(.post, "/richiesta", body)
            #expect(failed.status == 500)
            await wire.sandbox.callbacksSettled()
            #expect(catcher.requests.isEmpty)
            #expect(try await wire.send(.get, "/richiesta").status == 404)
            #expect(try await wire.send(.post, "/richiesta", body).status == 200, "nor was it paid for")
        }
    }

    /// What a client must never answer with a second placing.
    @Test func aLostPlacingTakesEffectWithoutAnAnswer() async throws {
        try await withSandbox(SandboxConfiguration(credit: Price(thousandths: 26_000))) { wire in
            wire.sandbox.setFaults { $0.lostPlacings = 1 }

            await #expect(throws: (any Error).self) { try await wire.place() }
            let second = try await wire.place()

            let list = try #require(try await wire.send(.get, "/richiesta").data.array)
            #expect(list.count == 2)
            #expect(list.first?["_id"] == .string(second.rawValue))
            #expect(list.last?["stato_richiesta"] == "In erogazione")
            let broke = try await wire.send(.post, "/richiesta", Samples.pension())
            #expect(broke.summary == "402/211 Insufficient Credit in Wallet: 0.60", "both were paid for")
        }
    }

    @Test func theControlCallsDoNotFail() async throws {
        try await withSandbox { wire in
            wire.sandbox.setFaults { $0.failures = [CallFailure(status: 500, times: 9)] }

            let status = try await wire.control("status")
            let stranger = try await wire.send(.get, "/visure", token: "wrong")

            #expect(status.status == 200)
            #expect(stranger.status == 401, "nor is a failure used up by who is not let in")
            #expect(try await wire.control("faults").json["failures"]?.array?.first?["times"] == 9)
        }
    }
}
