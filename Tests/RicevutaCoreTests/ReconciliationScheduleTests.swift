import RicevutaCore
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ReconciliationScheduleTests {
    @Test(
        arguments: [
            (-1, .seconds(100)), (0, .seconds(100)), (1, .seconds(150)), (2, .seconds(225)),
            (3, .milliseconds(337_500)), (4, .seconds(400)), (5, .seconds(400)), (Int.max, .seconds(400)),
        ] as [(Int, Duration)]
    )
    func growsByHalfUpToTheLongest(quietPolls: Int, interval: Duration) {
        let schedule = ReconciliationSchedule(firstInterval: .seconds(100), maxInterval: .seconds(400))

        #expect(schedule.interval(afterQuietPolls: quietPolls) == interval)
    }

    @Test(
        arguments: [
            (.seconds(10), .seconds(10)), (.seconds(20), .seconds(10)), (.zero, .seconds(10)),
            (.seconds(4_000_000_000), .seconds(10)),
        ] as [(Duration, Duration)]
    )
    func neverExceedsTheLongest(first: Duration, longest: Duration) {
        let schedule = ReconciliationSchedule(firstInterval: first, maxInterval: longest)

        for quietPolls in [0, 1, 63, 64, 1000] {
            #expect(schedule.interval(afterQuietPolls: quietPolls) <= longest)
        }
    }

    @Test func neverBecomesShorter() {
        let schedule = ReconciliationSchedule()

        let intervals = (0..<20).map { schedule.interval(afterQuietPolls: $0) }

        #expect(intervals == intervals.sorted())
        #expect(intervals.first == schedule.firstInterval)
        #expect(intervals.last == schedule.maxInterval)
    }
}
