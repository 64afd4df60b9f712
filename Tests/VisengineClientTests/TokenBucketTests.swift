import Testing
import VisengineClient
import VisengineSandbox

@Suite(.timeLimit(.minutes(1)))
struct TokenBucketTests {
    @Test func givesABurstAndThenTheRate() {
        var bucket = TokenBucket(capacity: 3, refillPerSecond: 4, now: .zero)

        let waits = (0..<6).map { _ in bucket.reserve(now: .zero) }

        #expect(waits == [0, 0, 0, 250, 500, 750].map { .milliseconds($0) })
    }

    @Test func fillsUpInTimeAndNoFurther() {
        var bucket = TokenBucket(capacity: 2, refillPerSecond: 1, now: .zero)
        for _ in 0..<2 { _ = bucket.reserve(now: .zero) }

        #expect(bucket.reserve(now: .seconds(1)) == .zero)
        #expect(bucket.reserve(now: .seconds(1)) == .seconds(1))
        let rested = (0..<3).map { _ in bucket.reserve(now: .seconds(3600)) }
        #expect(rested == [.zero, .zero, .seconds(1)])
    }

    @Test func aReservationGivenBackCanBeUsed() {
        var bucket = TokenBucket(capacity: 1, refillPerSecond: 1, now: .zero)
        _ = bucket.reserve(now: .zero)
        #expect(bucket.reserve(now: .zero) == .seconds(1))

        bucket.release(now: .zero)
        #expect(bucket.reserve(now: .zero) == .seconds(1))

        // Giving back more than was taken makes no bigger burst.
        for _ in 0..<10 { bucket.release(now: .zero) }
        #expect((0..<2).map { _ in bucket.reserve(now: .zero) } == [.zero, .seconds(1)])
    }

    @Test func aClockThatRunsBackwardsGivesAndTakesNothing() {
        var bucket = TokenBucket(capacity: 1, refillPerSecond: 1, now: .seconds(100))
        _ = bucket.reserve(now: .seconds(100))

        #expect(bucket.reserve(now: .seconds(50)) == .seconds(1))
        #expect(bucket.reserve(now: .seconds(101)) == .seconds(1))
    }

    @Test(arguments: [(0, 0.0), (-5, -1.0)])
    func aRateThatMakesNoSenseIsTheLeastOne(capacity: Int, rate: Double) {
        var bucket = TokenBucket(capacity: capacity, refillPerSecond: rate, now: .zero)

        #expect(bucket.reserve(now: .zero) == .zero)
        #expect(bucket.reserve(now: .zero) == .seconds(1000))
    }

    @Test func aClientKeepsToItsRate() async throws {
        let clock = TestClock()
        try await withSandbox(clock: clock, adjust: { $0.rate = CallRate(perSecond: 2, burst: 3) }) { client, sandbox in
            for _ in 0..<6 { _ = try await client.readCatalogue() }

            #expect(clock.waits == [.milliseconds(500), .milliseconds(500), .milliseconds(500)])
            #expect(sandbox.count(.catalogue) == 6)

            clock.pass(.seconds(60))
            for _ in 0..<3 { _ = try await client.readCatalogue() }
            #expect(clock.waits.count == 3)
        }
    }

    @Test func repeatedAttemptsCountToo() async throws {
        let clock = TestClock()
        try await withSandbox(clock: clock, adjust: { $0.rate = CallRate(perSecond: 1, burst: 1) }) { client, sandbox in
            sandbox.setFaults { $0.failures = [CallFailure(call: .catalogue, status: 500, times: 2)] }

            _ = try await client.readCatalogue()

            // The delays drawn are zero: what is waited for is the rate.
            #expect(clock.waits.filter { $0 > .zero } == [.seconds(1), .seconds(1)])
        }
    }

    @Test func cancellingGivesTheTurnBack() async throws {
        let (waiting, started) = AsyncStream.makeStream(of: Void.self)
        let clock = TestClock { _ in
            started.yield()
            try await Task.sleep(for: .seconds(3600))
        }
        try await withSandbox(clock: clock, adjust: { $0.rate = CallRate(perSecond: 1, burst: 1) }) { client, sandbox in
            _ = try await client.readCatalogue()
            let call = Task { try await failure(of: .catalogue, with: client) }
            for await _ in waiting { break }
            call.cancel()

            let error = try await call.value
            clock.pass(.seconds(1))
            _ = try await client.readCatalogue()

            #expect(error.cause == .cancelled)
            #expect(!error.mayHaveSucceeded)
            #expect(sandbox.count(.catalogue) == 2)
        }
    }
}
