import BaseKit
import RicevutaCore
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

    /// What is forgiven while they come is not worth one more.
    @Test func allowsTwentyAndNotOneMore() {
        var limiter = FailureLimiter()
        var now = Self.now
        var allowed = 0

        for _ in 0..<30 {
            guard limiter.wait(for: Self.address, now: now) == nil else { continue }
            allowed += 1
            limiter.fail(Self.address, now: now)
            now = now + .milliseconds(10)
        }
        #expect(allowed == 20)
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

    @Test func limitsNobodyForWhatOthersDid() {
        var limiter = FailureLimiter(burst: 1, refillPerSecond: 1, capacity: 16)

        for number in 0..<1000 { limiter.fail([10, 0, UInt8(number / 250), UInt8(number % 250)], now: Self.now) }

        #expect(limiter.wait(for: Self.address, now: Self.now) == nil)
        #expect(limiter.wait(for: [10, 0, 3, 249], now: Self.now) == .seconds(1))
    }

    @Test func remembersSoManyThatFailedLast() {
        var limiter = FailureLimiter(burst: 2, refillPerSecond: 1, capacity: 16)
        for _ in 0..<2 { limiter.fail(Self.address, now: Self.now) }
        for number in 0..<16 { limiter.fail([10, 0, 0, UInt8(number)], now: Self.now) }

        #expect(limiter.wait(for: Self.address, now: Self.now) == .seconds(1))
        limiter.fail(Self.address, now: Self.now)
        for number in 16..<31 { limiter.fail([10, 0, 0, UInt8(number)], now: Self.now) }
        #expect(limiter.wait(for: Self.address, now: Self.now) == .seconds(2))
        for number in 31..<64 { limiter.fail([10, 0, 0, UInt8(number)], now: Self.now) }
        #expect(limiter.wait(for: Self.address, now: Self.now) == nil)
    }

    /// One customer has as many IPv6 addresses as the last 64 bits have values.
    @Test func takesTheAddressesOfOneCustomerForOne() {
        var limiter = FailureLimiter(burst: 3, refillPerSecond: 1)
        let network: [UInt8] = [0x20, 0x01, 0x0D, 0xB8, 0, 0, 0]
        for number in 0..<3 { limiter.fail(network + [1, 0, 0, 0, 0, 0, 0, 0, UInt8(number)], now: Self.now) }

        #expect(limiter.wait(for: network + [1, 9, 9, 9, 9, 9, 9, 9, 9], now: Self.now) == .seconds(1))
        #expect(limiter.wait(for: network + [2, 0, 0, 0, 0, 0, 0, 0, 0], now: Self.now) == nil)
    }

    @Test(arguments: [0, -1, 1e-300])
    func forgivesSlowlyAtLeast(refill: Double) {
        var limiter = FailureLimiter(burst: 1, refillPerSecond: refill)
        limiter.fail(Self.address, now: Self.now)

        #expect(limiter.wait(for: Self.address, now: Self.now) == .seconds(1000))
    }
}
