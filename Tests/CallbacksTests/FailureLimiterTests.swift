import Callbacks
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1)))
struct FailureLimiterTests {
    private static let now = Sample.now
    private static let address: [UInt8] = [192, 0, 2, 1]

    @Test func letsAnAddressTryUntilItHasFailedTooOften() {
        var limiter = FailureLimiter(burst: 3, refillPerSecond: 0.5)

        for _ in 0..<3 {
            #expect(limiter.wait(for: Self.address, now: Self.now) == nil)
            limiter.fail(Self.address, now: Self.now)
        }

        #expect(limiter.wait(for: Self.address, now: Self.now) == .seconds(2))
        #expect(limiter.wait(for: [192, 0, 2, 2], now: Self.now) == nil, "others are not held up")
    }

    @Test func letsItTryAgainAfterTheWaitThatItNamed() throws {
        var limiter = FailureLimiter(burst: 5, refillPerSecond: 0.25)
        for _ in 0..<7 { limiter.fail(Self.address, now: Self.now) }

        let wait = try #require(limiter.wait(for: Self.address, now: Self.now))

        #expect(wait == .seconds(12))
        #expect(limiter.wait(for: Self.address, now: Self.now + .seconds(8)) == .seconds(4))
        #expect(limiter.wait(for: Self.address, now: Self.now + wait) == nil)
    }

    @Test func forgivesAfterAWhileHoweverOftenAnAddressFailed() throws {
        var limiter = FailureLimiter(burst: 10, refillPerSecond: 1)
        for _ in 0..<100_000 { limiter.fail(Self.address, now: Self.now) }

        #expect(try #require(limiter.wait(for: Self.address, now: Self.now)) <= .seconds(11))
    }

    @Test func forgivesNothingWhenTheClockGoesBack() {
        var limiter = FailureLimiter(burst: 1, refillPerSecond: 1)
        limiter.fail(Self.address, now: Self.now)

        #expect(limiter.wait(for: Self.address, now: Self.now - .seconds(3600)) == .seconds(1))
    }

    @Test func limitsAllNewcomersTogetherWhenTheTableIsFull() {
        var limiter = FailureLimiter(burst: 2, refillPerSecond: 1, capacity: 16)
        for number in 0..<16 { limiter.fail([10, 0, 0, UInt8(number)], now: Self.now) }

        for number in 0..<2 { limiter.fail([10, 0, 1, UInt8(number)], now: Self.now) }

        #expect(limiter.wait(for: [10, 0, 1, 99], now: Self.now) == .seconds(1))
        #expect(limiter.wait(for: [10, 0, 0, 5], now: Self.now) == nil, "those in the table keep their own bucket")
        limiter.fail([10, 0, 0, 5], now: Self.now)
        #expect(limiter.wait(for: [10, 0, 0, 5], now: Self.now) == .seconds(1), "and cannot be washed out of it")
    }

    @Test func makesRoomByForgettingThoseThatHaveBeenForgiven() {
        var limiter = FailureLimiter(burst: 2, refillPerSecond: 1, capacity: 16)
        for number in 0..<16 { limiter.fail([10, 0, 0, UInt8(number)], now: Self.now) }
        let later = Self.now + .seconds(1)

        limiter.fail(Self.address, now: later)
        limiter.fail(Self.address, now: later)

        #expect(limiter.wait(for: Self.address, now: later) == .seconds(1))
        #expect(limiter.wait(for: [10, 0, 1, 99], now: later) == nil)
    }

    @Test(arguments: [0, -1, 1e-300])
    func forgivesSlowlyAtLeast(refill: Double) {
        var limiter = FailureLimiter(burst: 1, refillPerSecond: refill)
        limiter.fail(Self.address, now: Self.now)

        #expect(limiter.wait(for: Self.address, now: Self.now) == .seconds(1000))
    }
}
