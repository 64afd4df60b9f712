import BaseKit
import Testing

@Suite(.timeLimit(.minutes(1)))
struct BackoffTests {
    @Test(
        arguments: [
            (.min, 100), (0, 100), (1, 100), (2, 200), (3, 400), (4, 800), (5, 1000), (6, 1000), (.max, 1000),
        ] as [(Int, Int)]
    )
    func doublesUpToTheLongest(attempt: Int, milliseconds: Int) {
        let backoff = Backoff(first: .milliseconds(100), longest: .seconds(1))

        #expect(backoff.bound(afterAttempt: attempt) == .milliseconds(milliseconds))
        #expect(backoff.delay(afterAttempt: attempt, random: 0) == .milliseconds(milliseconds))
    }

    @Test(arguments: [(1, 100_000), (2, 150_000), (3, 225_000), (4, 337_500), (5, 400_000), (.max, 400_000)])
    func growsByHalfExactly(attempt: Int, milliseconds: Int) {
        let backoff = Backoff(first: .seconds(100), longest: .seconds(400), growth: .byHalf)

        #expect(backoff.bound(afterAttempt: attempt) == .milliseconds(milliseconds))
    }

    @Test(
        arguments: [
            (.none, 0, 400), (.none, 1, 400), (.half, 0, 200), (.half, 0.5, 300), (.half, 1, 400), (.full, 0, 0),
            (.full, 0.25, 100), (.full, 1, 400), (.full, -1, 0), (.full, 2, 400), (.half, -1, 200), (.half, 9, 400),
        ] as [(Backoff.Jitter, Double, Int)]
    )
    func shortensAtRandom(jitter: Backoff.Jitter, random: Double, milliseconds: Int) {
        let backoff = Backoff(first: .milliseconds(200), longest: .seconds(1), jitter: jitter)

        #expect(backoff.delay(afterAttempt: 2, random: random) == .milliseconds(milliseconds))
    }

    @Test(arguments: [Backoff.Growth.doubling, .byHalf])
    func neverExceedsTheLongestNorGetsShorter(growth: Backoff.Growth) {
        for (first, longest) in [(Duration.nanoseconds(1), Duration.seconds(1 << 60)), (.seconds(9), .seconds(1))] {
            let backoff = Backoff(first: first, longest: longest, growth: growth)
            let delays = (1...200).map { backoff.bound(afterAttempt: $0) }

            #expect(delays == delays.sorted())
            #expect(delays.allSatisfy { $0 <= longest })
        }
        #expect(Backoff(first: .zero, longest: .seconds(1), growth: growth).bound(afterAttempt: 9) == .zero)
    }
}
