import BaseKit
import HTTPListener
import Testing
import Visengine
import VisengineClient
import VisengineSandbox

/// What may have been done is never done twice.
@Suite(.timeLimit(.minutes(1)))
struct PlacementSafetyTests {
    /// An answer after which nobody knows whether the order exists.
    struct Doubt: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var answer: @Sendable () -> Response
    }

    static let doubts =
        [500, 502, 503, 504, 507, 408].map { status in
            Doubt(testDescription: "\(status) of a gateway") { .text(status, "<html>trouble</html>") }
        } + [
            Doubt(testDescription: "500 of the provider") { .refusal(500, nil, message: "trouble") },
            Doubt(testDescription: "504 that says when") { .refusal(504, nil, retryAfter: "1") },
            Doubt(testDescription: "no JSON") { .text(200, "<html>done</html>") },
            Doubt(testDescription: "half of the JSON") { .text(200, #"{"data":{"_id":"65f0"#) },
            Doubt(testDescription: "no order in it") { .success(["stato_richiesta": "In erogazione"]) },
            Doubt(testDescription: "no data") { .success(nil) },
            Doubt(testDescription: "an unexplained no under a good status") { .refusal(200) },
            Doubt(testDescription: "connection lost in the answer") {
                Response(status: 200, body: .stream(length: 512, BrokenBody([Array(#"{"data":"#.utf8)])))
            },
        ]

    @Test(arguments: doubts)
    func isNotRepeatedAfter(_ doubt: Doubt) async throws {
        for call in VisengineCall.changings {
            try await withProvider { _, _ in
                doubt.answer()
            } _: { client, provider in
                let error = try await failure(of: call, with: client)

                #expect(error.mayHaveSucceeded, "\(call)")
                #expect(error.description.contains("outcome unknown: it may have succeeded anyway"))
                #expect(provider.requests.count == 1, "\(call)")
            }
        }
    }

    @Test(arguments: VisengineCall.changings)
    func isNotRepeatedAfterTheConnectionWasLost(call: VisengineCall) async throws {
        try await withRawProvider(.close) { provider in
            try await withClient(of: provider.baseURL) { client in
                let error = try await failure(of: call, with: client)

                #expect(error.mayHaveSucceeded)
                #expect(error.name == "network")
                #expect(provider.count == 1)
            }
        }
    }

    @Test(arguments: VisengineCall.changings)
    func isNotRepeatedAfterSilence(call: VisengineCall) async throws {
        let clock = TestClock()
        try await withRawProvider(.silence) { provider in
            try await withClient(
                of: provider.baseURL,
                clock: clock,
                adjust: { $0.timeLimits.changing = .milliseconds(300) }
            ) { client in
                let error = try await failure(of: call, with: client)

                #expect(error.mayHaveSucceeded)
                #expect(error.name == "network")
                #expect(clock.waits.isEmpty)
                // None when the machine was too slow to get so far.
                #expect(provider.count <= 1)
            }
        }
    }

    @Test func theOrderOfALostPlacingExistsOnce() async throws {
        try await withSandbox { client, sandbox in
            sandbox.setFaults { $0.lostPlacings = 1 }

            let error = try await failure(of: .place, with: client)

            #expect(error.mayHaveSucceeded)
            #expect(sandbox.count(.place) == 1)
            let orders = try await client.readOrders()
            #expect(orders.count == 1)
        }
    }

    @Test(arguments: [429, 503])
    func isRepeatedWhenItWasRefusedInSoManyWords(status: Int) async throws {
        try await withSandbox { client, sandbox in
            sandbox.setFaults { $0.failures = [CallFailure(call: .place, status: status, times: 2)] }

            let placed = try await client.placeOrder(try Samples.placement())

            #expect(placed.order != nil)
            #expect(sandbox.count(.place) == 3)
            let orders = try await client.readOrders()
            #expect(orders.count == 1)
        }
    }

    @Test func isRepeatedAfterA503ThatSaysWhenToComeBack() async throws {
        let clock = TestClock()
        try await withProvider(clock: clock) { _, number in
            number == 0
                ? Response(status: 503, headers: [("Retry-After", "3")], body: .bytes(Array("busy".utf8)))
                : .success(Samples.order)
        } _: { client, provider in
            _ = try await client.placeOrder(try Samples.placement())

            #expect(provider.requests.count == 2)
            #expect(clock.waits == [.seconds(3)])
        }
    }

    @Test(arguments: VisengineCall.allCases)
    func isRepeatedWhenNoConnectionCameAbout(call: VisengineCall) async throws {
        let clock = TestClock(jitter: 1)
        try await withClient(of: "http://127.0.0.1:1", clock: clock) { client in
            let error = try await failure(of: call, with: client)

            #expect(error.cause == .notConnected("connection refused"))
            #expect(!error.mayHaveSucceeded)
            #expect(error.isRetryable)
            #expect(clock.waits.count == 3)
        }
    }

    @Test func aTestPlacementIsRepeated() async throws {
        try await withSandbox { client, sandbox in
            sandbox.setFaults { $0.failures = [CallFailure(call: .place, status: 500, times: 2)] }

            let placed = try await client.placeOrder(try Samples.placement(isTest: true))

            #expect(placed.price == Price(thousandths: 12_700))
            #expect(sandbox.count(.place) == 3)
        }
    }

    @Test func aDraftsChangeIsRepeatedUnlessItMakesItFinal() async throws {
        try await withSandbox { client, sandbox in
            let id = try #require(try await client.placeOrder(try Samples.placement(isFinal: false)).order).id
            sandbox.setFaults { $0.failures = [CallFailure(call: .updateDraft, status: 500, times: 2)] }

            let changed = try await client.updateDraft(id, DraftChanges(email: "b@example.test"))

            #expect(changed.id == id)
            #expect(sandbox.count(.updateDraft) == 3)

            sandbox.setFaults { $0.failures = [CallFailure(call: .updateDraft, status: 500, times: 1)] }
            let error = await #expect(throws: VisengineError.self) {
                try await client.updateDraft(id, DraftChanges(makesFinal: true))
            }

            #expect(error?.mayHaveSucceeded == true)
            #expect(sandbox.count(.updateDraft) == 4)
        }
    }
}
