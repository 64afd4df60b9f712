import BaseKit
import RicevutaCore
import Testing

@Suite(.timeLimit(.minutes(1)))
struct CrashPolicyTests {
    @Test(arguments: [
        (0, false, CrashPolicy.Decision.lease(crashes: 0)), (0, true, .lease(crashes: 1)),
        (1, false, .lease(crashes: 1)), (1, true, .lease(crashes: 2)), (2, false, .lease(crashes: 2)),
        (2, true, .pause(until: Sample.now + .seconds(60))), (3, false, .pause(until: Sample.now + .seconds(60))),
    ])
    func pausesAJobThatWasInFlightAtTheThirdCrash(
        crashes: Int,
        wasInFlight: Bool,
        decision: CrashPolicy.Decision
    ) {
        let policy = CrashPolicy(maxCrashes: 3, pause: .seconds(60))

        #expect(policy.decide(crashes: crashes, wasInFlight: wasInFlight, now: Sample.now) == decision)
    }

    @Test func leasesAJobOnceAtLeast() {
        let policy = CrashPolicy(maxCrashes: 0)

        #expect(policy.decide(crashes: 0, wasInFlight: false, now: Sample.now) == .lease(crashes: 0))
    }

    @Test(arguments: [(0, 5), (1, 5), (2, 10), (3, 20), (7, 320), (8, 640), (9, 640), (1000, 640)])
    func waitsLongerEachTimeThatAnOutcomeIsLost(attempt: Int, seconds: Int) {
        #expect(LostOutcome.pause(afterAttempt: attempt) == .seconds(seconds))
    }

    @Test(arguments: [(-9999, false), (0, false), (30, false), (31, true), (9999, true)])
    func noticesAClockThatWasSetBack(secondsAhead: Int, isSetBack: Bool) {
        let latest = Sample.now + .seconds(secondsAhead)

        #expect(WallClockCheck.isSetBack(since: latest, now: Sample.now) == isSetBack)
    }
}
