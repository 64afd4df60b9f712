import BaseKit
import HTTPListener
import Testing
import VisengineClient
import VisengineSandbox

/// The circuit of a client, seen from outside.
@Suite(.timeLimit(.minutes(1)))
struct CircuitTests {
    static let adjust: @Sendable (inout VisengineAPIConfiguration) -> Void = {
        $0.retry = .never
        $0.circuit = CircuitBreaker.Settings(failures: 3, openFor: .seconds(30))
    }

    @Test func opensHalfOpensAndCloses() async throws {
        let clock = TestClock()
        try await withSandbox(clock: clock, adjust: Self.adjust) { client, sandbox in
            sandbox.setFaults { $0.failures = [CallFailure(status: 500, times: 4)] }
            for _ in 0..<3 {
                let error = try await failure(of: .place, with: client)
                #expect(error.status == 500)
            }
            #expect(client.openCircuits == [.place])

            clock.pass(.seconds(10))
            let refused = try await failure(of: .place, with: client)
            #expect(refused.name == "circuit_open")
            #expect(refused.retryAfter == .seconds(20))
            #expect(refused.isRetryable)
            #expect(!refused.mayHaveSucceeded)
            #expect(sandbox.count(.place) == 3)

            clock.pass(.seconds(20))
            let trial = try await failure(of: .place, with: client)
            #expect(trial.status == 500)
            let refusedAgain = try await failure(of: .place, with: client)
            #expect(refusedAgain.retryAfter == .seconds(30))
            #expect(sandbox.count(.place) == 4)

            clock.pass(.seconds(30))
            for _ in 0..<3 { try await make(.place, with: client) }
            #expect(sandbox.count(.place) == 7)
            #expect(client.openCircuits == [])
        }
    }

    @Test func oneFailingKindOfCallDoesNotStopTheOthers() async throws {
        try await withSandbox(clock: TestClock(), adjust: Self.adjust) { client, sandbox in
            sandbox.setFaults { $0.failures = [CallFailure(status: 500, times: 3)] }
            for _ in 0..<3 { _ = try await failure(of: .document, with: client) }
            #expect(try await failure(of: .document, with: client).name == "circuit_open")

            try await make(.catalogue, with: client)
        }
    }

    @Test func letsOneTrialThrough() async throws {
        let clock = TestClock()
        let (arrived, arrive) = AsyncStream.makeStream(of: Void.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        try await withProvider(clock: clock, adjust: Self.adjust) { _, number in
            guard number == 3 else { return number < 3 ? .refusal(500) : .success([]) }
            arrive.yield()
            for await _ in released { break }
            return .success([])
        } _: { client, provider in
            for _ in 0..<3 { _ = try await failure(of: .catalogue, with: client) }
            clock.pass(.seconds(30))
            async let trial = client.readCatalogue()
            for await _ in arrived { break }

            let meanwhile = try await failure(of: .catalogue, with: client)
            release.yield()
            _ = try await trial
            try await make(.catalogue, with: client)

            #expect(meanwhile.name == "circuit_open")
            #expect(provider.requests.count == 5)
        }
    }

    @Test func opensWithinTheAttemptsOfOneCall() async throws {
        let clock = TestClock()
        try await withSandbox(
            clock: clock,
            adjust: {
                $0.circuit = CircuitBreaker.Settings(failures: 2, openFor: .seconds(30))
            }
        ) { client, sandbox in
            sandbox.setFaults { $0.failures = [CallFailure(status: 500, times: 10)] }

            let error = try await failure(of: .catalogue, with: client)

            #expect(error.name == "circuit_open")
            #expect(sandbox.count(.catalogue) == 2)
        }
    }

    @Test(arguments: [400, 401, 402, 404, 409, 422, 429])
    func anAnswerThatSaysNoIsAnAnswer(status: Int) async throws {
        try await withProvider(adjust: Self.adjust) { _, _ in
            .refusal(status)
        } _: { client, provider in
            for _ in 0..<6 {
                let error = try await failure(of: .order, with: client)
                #expect(error.status == status)
            }

            #expect(provider.requests.count == 6)
        }
    }

    @Test func anAnswerThatCannotBeReadIsAnAnswer() async throws {
        try await withProvider(adjust: Self.adjust) { _, _ in
            .text(200, "?")
        } _: { client, provider in
            for _ in 0..<6 {
                let error = try await failure(of: .document, with: client)
                #expect(error.name == "document_malformed_json")
            }

            #expect(provider.requests.count == 6)
        }
    }

    @Test func lostConnectionsOpenIt() async throws {
        try await withRawProvider(.close) { provider in
            try await withClient(of: provider.baseURL, adjust: Self.adjust) { client in
                for _ in 0..<3 {
                    let error = try await failure(of: .document, with: client)
                    #expect(error.name == "network")
                }

                let refused = try await failure(of: .document, with: client)
                #expect(refused.name == "circuit_open")
                #expect(provider.count == 3)
            }
        }
    }
}
