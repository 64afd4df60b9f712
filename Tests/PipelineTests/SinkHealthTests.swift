import BaseKit
import RicevutaCore
import Testing

@testable import Pipeline

@Suite struct SinkHealthTests {
    private let now = Sample.now

    @Test func isFailingAfterThreeFailuresInARowAndSaysSoOnce() {
        var health = SinkHealth()

        #expect(health.failed("a", at: now) == nil)
        #expect(health.failed("b", at: now + .seconds(5)) == nil)
        #expect(!health.isFailing)
        let streak = SinkHealth.Streak(failures: 3, since: now, reason: "c", isTold: true)
        #expect(health.failed("c", at: now + .seconds(15)) == .failing(streak))

        #expect(health.isFailing)
        #expect(health.failed("d", at: now + .seconds(30)) == nil)
        #expect(health.look(at: now + .seconds(600)) == nil)
    }

    @Test func isFailingAMinuteAfterTheFirstFailure() {
        var health = SinkHealth()
        #expect(health.failed("503", at: now) == nil)

        #expect(health.look(at: now + .milliseconds(59_999)) == nil)
        let streak = SinkHealth.Streak(failures: 1, since: now, reason: "503", isTold: true)
        #expect(health.look(at: now + .seconds(60)) == .failing(streak))

        #expect(health.look(at: now + .seconds(61)) == nil)
    }

    @Test func aSuccessBetweenFailuresIsHealth() {
        var health = SinkHealth()
        for round in 0..<10 {
            let at = now + .seconds(round)
            #expect(health.failed("a", at: at) == nil)
            #expect(health.failed("b", at: at) == nil)
            #expect(health.succeeded(at: at) == nil)
        }

        #expect(!health.isFailing)
        #expect(health.look(at: now + .seconds(600)) == nil)
    }

    @Test func recoversOnceAndBeginsAnew() {
        var health = SinkHealth()
        for second in 0..<5 { _ = health.failed("503", at: now + .seconds(second)) }

        let streak = SinkHealth.Streak(failures: 5, since: now, reason: "503", isTold: true)
        #expect(health.succeeded(at: now + .seconds(90)) == .recovered(streak, after: .seconds(90)))

        #expect(health.succeeded(at: now + .seconds(91)) == nil)
        #expect(health == SinkHealth())
    }

    @Test func aClockThatIsSetBackMakesNoNegativeTimes() {
        var health = SinkHealth()
        for _ in 0..<3 { _ = health.failed("503", at: now) }

        guard case .recovered(_, after: .zero) = health.succeeded(at: now - .seconds(60)) else {
            Issue.record("it did not recover")
            return
        }
    }

    @Test func tellsOnceThatItIsDisabledUntilItWasEnabledBetween() {
        var health = SinkHealth()

        #expect(health.gone("410", attemptBegan: now, at: now + .seconds(1)) == .gone(reason: "410"))
        #expect(health.gone("410", attemptBegan: now, at: now + .seconds(2)) == nil, "it was under way beside it")
        #expect(health.isFailing)
        let later = now + .seconds(60)
        #expect(health.gone("410", attemptBegan: later, at: later) == .gone(reason: "410"))

        guard case .recovered(let streak, _) = health.succeeded(at: later + .seconds(60)) else {
            Issue.record("it did not recover")
            return
        }
        #expect(streak.failures == 3)
    }
}
