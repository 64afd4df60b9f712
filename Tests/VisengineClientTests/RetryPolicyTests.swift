import Testing
import VisengineClient

@Suite(.timeLimit(.minutes(1)))
struct RetryPolicyTests {
    static let policy = RetryPolicy(
        maxAttempts: 40,
        firstDelay: .milliseconds(100),
        maxDelay: .seconds(2),
        maxRetryAfter: .seconds(10)
    )

    @Test(arguments: [(1, 100), (2, 200), (3, 400), (4, 800), (5, 1600), (6, 2000), (20, 2000), (39, 2000)])
    func theBoundDoublesUpToTheMost(attempt: Int, milliseconds: Int) {
        let delay = Self.policy.delay(afterAttempt: attempt, retryAfter: nil, random: 1)

        #expect(delay == .milliseconds(milliseconds))
    }

    @Test(arguments: 1...39)
    func theDelayIsAnywhereFromZeroToTheBound(attempt: Int) throws {
        let bound = try #require(Self.policy.delay(afterAttempt: attempt, retryAfter: nil, random: 1))

        for random in [0, 0.001, 0.5, 0.999, 1] {
            let delay = Self.policy.delay(afterAttempt: attempt, retryAfter: nil, random: random)

            #expect(delay == bound * random)
        }
    }

    @Test(arguments: [(-1.0, Duration.zero), (2, .milliseconds(100))])
    func jitterOutsideItsRangeIsCut(random: Double, delay: Duration) {
        #expect(Self.policy.delay(afterAttempt: 1, retryAfter: nil, random: random) == delay)
    }

    /// What was asked for, and the delay with half of 100 ms of jitter.
    static let delays: [(Duration, Duration?)] = [
        (.zero, .milliseconds(50)), (.seconds(3), .milliseconds(3050)), (.seconds(10), .milliseconds(10_050)),
        (.milliseconds(10_001), nil), (.seconds(86_400), nil),
    ]

    @Test(arguments: delays)
    func whatWasAskedForIsTheLeast(retryAfter: Duration, delay: Duration?) {
        #expect(Self.policy.delay(afterAttempt: 1, retryAfter: retryAfter, random: 0.5) == delay)
    }

    @Test(arguments: [(1, 1), (0, 1), (-3, 1), (2, 2), (4, 4)])
    func endsAfterItsAttempts(maxAttempts: Int, attempts: Int) {
        let policy = RetryPolicy(maxAttempts: maxAttempts)

        let allowed = (1...10).filter { policy.delay(afterAttempt: $0, retryAfter: nil, random: 0) != nil }

        #expect(allowed == Array(1..<attempts))
        #expect(policy.delay(afterAttempt: attempts, retryAfter: .zero, random: 0) == nil)
    }

    @Test func neverIsOneAttempt() {
        #expect(RetryPolicy.never.delay(afterAttempt: 1, retryAfter: nil, random: 0) == nil)
    }
}
