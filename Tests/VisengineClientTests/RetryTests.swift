import BaseKit
import HTTPListener
import Synchronization
import Testing
import VisengineClient
import VisengineSandbox

/// Readings are made again after what may pass, as often and as late as they should be.
@Suite(.timeLimit(.minutes(1)))
struct RetryTests {
    @Test(arguments: [408, 429, 500, 502, 503, 504])
    func readingsAreRepeatedAfter(status: Int) async throws {
        for call in VisengineCall.readings {
            try await withProvider { _, _ in
                .text(status, "<html>")
            } _: { client, provider in
                let error = try await failure(of: call, with: client)

                #expect(error.status == status)
                #expect(error.isRetryable)
                #expect(provider.requests.count == 4, "\(call)")
            }
        }
    }

    @Test(arguments: [400, 401, 402, 403, 404, 409, 412, 422, 428])
    func nothingIsRepeatedAfter(status: Int) async throws {
        for call in VisengineCall.allCases {
            try await withProvider { _, _ in
                .refusal(status)
            } _: { client, provider in
                let error = try await failure(of: call, with: client)

                #expect(error.status == status)
                #expect(!error.isRetryable)
                #expect(provider.requests.count == 1, "\(call)")
            }
        }
    }

    @Test(arguments: VisengineCall.readings)
    func readingsAreRepeatedAfterTheConnectionWasLost(call: VisengineCall) async throws {
        try await withRawProvider(.close) { provider in
            try await withClient(of: provider.baseURL) { client in
                let error = try await failure(of: call, with: client)

                #expect(error.name == "network")
                #expect(!error.mayHaveSucceeded)
                #expect(provider.count == 4)
            }
        }
    }

    @Test func aReadingSucceedsInTheEnd() async throws {
        let clock = TestClock(jitter: 1)
        try await withSandbox(clock: clock) { client, sandbox in
            sandbox.setFaults { $0.failures = [CallFailure(call: .catalogue, status: 502, times: 3)] }

            let items = try await client.readCatalogue()

            #expect(items.count == 7)
            #expect(sandbox.count(.catalogue) == 4)
            #expect(clock.waits == [.milliseconds(500), .seconds(1), .seconds(2)])
        }
    }

    @Test func oneAttemptIsOneAttempt() async throws {
        try await withSandbox(adjust: { $0.retry = .never }) { client, sandbox in
            sandbox.setFaults { $0.failures = [CallFailure(status: 503)] }

            _ = try await failure(of: .catalogue, with: client)

            #expect(sandbox.count(.catalogue) == 1)
        }
    }

    @Test(arguments: [0, 0.25, 1])
    func waitsByFullJitter(jitter: Double) async throws {
        let clock = TestClock(jitter: jitter)
        try await withProvider(
            clock: clock,
            adjust: {
                $0.retry = RetryPolicy(maxAttempts: 6, firstDelay: .seconds(1), maxDelay: .seconds(5))
            },
            answer: { _, _ in .refusal(500) }
        ) { client, provider in
            _ = try await failure(of: .order, with: client)

            #expect(clock.waits == [1, 2, 4, 5, 5].map { .seconds($0) * jitter })
            #expect(provider.requests.count == 6)
        }
    }

    @Test(arguments: [429, 503])
    func obeysRetryAfterInSeconds(status: Int) async throws {
        let clock = TestClock(jitter: 0.5)
        try await withSandbox(clock: clock) { client, sandbox in
            sandbox.setFaults { $0.failures = [CallFailure(call: .orders, status: status, times: 2, retryAfter: 7)] }

            _ = try await client.readOrders()

            #expect(sandbox.count(.orders) == 3)
            #expect(clock.waits == [.milliseconds(7250), .milliseconds(7500)])
        }
    }

    @Test func obeysRetryAfterAsADate() async throws {
        let clock = TestClock()
        try await withProvider(clock: clock) { _, number in
            // 100 seconds would be more than the policy waits for; this is 40 after the clock's 2027-01-15T08:00:00Z.
            number == 0 ? .refusal(503, retryAfter: "Fri, 15 Jan 2027 08:00:40 GMT") : .success([])
        } _: { client, _ in
            _ = try await client.readCatalogue()

            #expect(clock.waits == [.seconds(40)])
        }
    }

    @Test func handsALongRetryAfterOn() async throws {
        let clock = TestClock()
        try await withProvider(clock: clock) { _, _ in
            .refusal(429, retryAfter: "61")
        } _: { client, provider in
            let error = try await failure(of: .order, with: client)

            #expect(error.status == 429)
            #expect(error.retryAfter == .seconds(61))
            #expect(provider.requests.count == 1)
            #expect(clock.waits.isEmpty)
        }
    }

    @Test func ignoresARetryAfterThatMakesNoSense() async throws {
        let clock = TestClock(jitter: 1)
        try await withProvider(clock: clock) { _, number in
            number == 0 ? .refusal(503, retryAfter: "soon") : .success([])
        } _: { client, _ in
            _ = try await client.readCatalogue()

            #expect(clock.waits == [.milliseconds(500)])
        }
    }

    @Test func ignoresARetryAfterOfWhatCannotPass() async throws {
        try await withProvider { _, _ in
            .refusal(404, 202, retryAfter: "1")
        } _: { client, provider in
            let error = try await failure(of: .order, with: client)

            #expect(error.retryAfter == .seconds(1))
            #expect(provider.requests.count == 1)
        }
    }

    @Test func cancellingEndsTheWaiting() async throws {
        let (waiting, started) = AsyncStream.makeStream(of: Void.self)
        let clock = TestClock { _ in
            started.yield()
            try await Task.sleep(for: .seconds(3600))
        }
        try await withSandbox(clock: clock) { client, sandbox in
            sandbox.setFaults { $0.failures = [CallFailure(status: 500, times: 100)] }
            let call = Task { try await failure(of: .orders, with: client) }
            for await _ in waiting { break }
            call.cancel()

            let error = try await call.value

            #expect(error.cause == .cancelled)
            #expect(!error.isRetryable)
            #expect(sandbox.count(.orders) == 1)
        }
    }
}
