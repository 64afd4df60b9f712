import RicevutaCore
import Testing

@Suite(.timeLimit(.minutes(1)))
struct DeliveryRetryPolicyTests {
    private static let schedule = DeliveryRetryPolicy(
        maxAttempts: 6,
        firstDelay: .seconds(5),
        maxDelay: .seconds(30),
        maxRetryAfter: .seconds(100)
    )

    @Test(
        arguments: [
            (.accepted, .complete),
            (.permanent(reason: "status 400"), .deadLetter(reason: "status 400")),
            (.gone(reason: "status 410"), .disableSink(reason: "status 410")),
        ] as [(DeliveryOutcome, DeliveryRetryPolicy.Action)]
    )
    func decidesAtOnceWhenTheSinkHasDecided(outcome: DeliveryOutcome, action: DeliveryRetryPolicy.Action) {
        for attempt in [1, 6, 100] {
            #expect(Self.schedule.action(after: outcome, attempt: attempt, random: 1) == action)
        }
    }

    @Test func aDocumentThatCannotBeReadIsTriedAgainAsLongAsASinkThatFails() {
        for attempt in [1, 3, 6] {
            let action = Self.schedule.action(after: .unreadable(reason: "x"), attempt: attempt, random: 1)
            #expect(action == Self.schedule.action(after: .transient(reason: "x"), attempt: attempt, random: 1))
        }
    }

    @Test(
        arguments: [
            (0, 1, nil, .seconds(5)), (1, 1, nil, .seconds(5)), (2, 1, nil, .seconds(10)), (3, 1, nil, .seconds(20)),
            (4, 1, nil, .seconds(30)), (5, 1, nil, .seconds(30)),
            (1, 0, nil, .milliseconds(2500)), (5, 0.5, nil, .milliseconds(22_500)),
            (1, 1, .seconds(60), .seconds(60)), (1, 1, .seconds(1000), .seconds(100)),
            (3, 1, .seconds(1), .seconds(20)), (3, 1, .zero, .seconds(20)), (3, 1, .seconds(-5), .seconds(20)),
        ] as [(Int, Double, Duration?, Duration)]
    )
    func waitsLongerEachTimeAndAsLongAsTheSinkAsks(attempt: Int, random: Double, asked: Duration?, wait: Duration) {
        let outcome = DeliveryOutcome.transient(reason: "status 503", retryAfter: asked)

        let action = Self.schedule.action(after: outcome, attempt: attempt, random: random)

        #expect(action == .retry(after: wait, reason: "status 503"))
    }

    @Test(arguments: [6, 7, 1000])
    func isADeadLetterAfterTheLastAttempt(attempt: Int) {
        let outcome = DeliveryOutcome.transient(reason: "status 503", retryAfter: .seconds(1))

        let action = Self.schedule.action(after: outcome, attempt: attempt, random: 1)

        #expect(action == .deadLetter(reason: "gave up after \(attempt) attempts: status 503"))
    }

    @Test(arguments: [Int.min, -1, 0])
    func makesOneAttemptAtLeast(maxAttempts: Int) {
        let schedule = DeliveryRetryPolicy(maxAttempts: maxAttempts)

        #expect(schedule.maxAttempts == 1)
        #expect(schedule.action(after: .accepted, attempt: 1, random: 1) == .complete)
    }

    @Test func growsToItsLimitHoweverManyAttemptsThereAre() {
        let schedule = DeliveryRetryPolicy(maxAttempts: .max, firstDelay: .seconds(3600), maxDelay: .seconds(7200))

        for attempt in [31, 64, 10_000, Int.max - 1] {
            let action = schedule.action(after: .transient(reason: "x"), attempt: attempt, random: 1)
            #expect(action == .retry(after: .seconds(7200), reason: "x"))
        }
    }

    @Test func coversAbout18HoursUnlessItIsToldOtherwise() {
        let schedule = DeliveryRetryPolicy()

        let total = (1..<schedule.maxAttempts).reduce(Duration.zero) { total, attempt in
            guard
                case .retry(let wait, _) = schedule.action(
                    after: .transient(reason: "x"),
                    attempt: attempt,
                    random: 0.5
                )
            else { return total }
            return total + wait
        }

        #expect((.seconds(17 * 3600) ... .seconds(19 * 3600)).contains(total))
    }
}
