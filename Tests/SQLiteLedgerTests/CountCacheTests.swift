import Testing

@testable import SQLiteLedger

@Suite(.timeLimit(.minutes(1)))
struct CountCacheTests {
    @Test func countsAnewWhatIsCountedQuickly() {
        var kept = CountCache()
        let now = ContinuousClock.now

        #expect(kept.current(at: now) == nil)
        kept.keep(["waiting": 1], took: .milliseconds(19), at: now)
        #expect(kept.current(at: now) == nil)
    }

    @Test func tellsAgainForFiftyTimesAsLongAsCountingTook() {
        var kept = CountCache()
        let now = ContinuousClock.now

        kept.keep(["waiting": 1], took: .milliseconds(200), at: now)

        #expect(kept.current(at: now + .milliseconds(9999)) == ["waiting": 1])
        #expect(kept.current(at: now + .seconds(10)) == nil)
        kept.keep(["waiting": 2], took: .milliseconds(1), at: now + .seconds(10))
        #expect(kept.current(at: now + .seconds(10)) == nil)
    }
}
