import BaseKit
import Pipeline
import RicevutaCore
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct RetentionServiceTests {
    /// Has ten old callbacks for each rule, and says which steps were asked for.
    private final class FakeLedger: RetentionLedger {
        struct Step: Equatable {
            var rule: RetentionRule
            var before: Timestamp
            var after: Int64
        }

        let steps = Mutex<[Step]>([])
        let isDone = Mutex(false)

        func forget(
            _ rule: RetentionRule,
            before time: Timestamp,
            after last: Int64,
            limit: Int
        ) async throws(LedgerError) -> (changed: Int, next: Int64?) {
            steps.withLock { $0.append(Step(rule: rule, before: time, after: last)) }
            if rule == .callbacks, last >= 10 { isDone.withLock { $0 = true } }
            return last < 10 ? (5, last + 5) : (0, nil)
        }
    }

    @Test func goesOnUntilNothingIsOldAndKnowsEachAge() async throws {
        let ledger = FakeLedger()
        let service = RetentionService(
            ledger: ledger,
            schedule: RetentionSchedule(ages: [.bodies: .seconds(10), .callbacks: .seconds(20)]),
            environment: FlowEnvironment(now: { Sample.now }),
            logger: Sample.logger
        )
        let run = Task { await service.run() }
        while !ledger.isDone.withLock({ $0 }) { await Task.yield() }
        run.cancel()
        await run.value

        let bodies = Sample.now - .seconds(10)
        let callbacks = Sample.now - .seconds(20)
        #expect(
            ledger.steps.withLock { $0 } == [
                .init(rule: .bodies, before: bodies, after: 0), .init(rule: .bodies, before: bodies, after: 5),
                .init(rule: .bodies, before: bodies, after: 10), .init(rule: .callbacks, before: callbacks, after: 0),
                .init(rule: .callbacks, before: callbacks, after: 5),
                .init(rule: .callbacks, before: callbacks, after: 10),
            ]
        )
    }

    private final class FakeQuarantine: QuarantineRetention {
        let times = Mutex<[Timestamp]>([])

        func forgetQuarantined(before time: Timestamp) async -> Int {
            times.withLock { $0.append(time) }
            return 1
        }
    }

    @Test func contentsInQuarantineGoWithTheirEntries() async throws {
        let ledger = FakeLedger()
        let quarantine = FakeQuarantine()
        let service = RetentionService(
            ledger: ledger,
            quarantine: quarantine,
            schedule: RetentionSchedule(ages: [.quarantine: .seconds(30)]),
            environment: FlowEnvironment(now: { Sample.now }),
            logger: Sample.logger
        )
        let run = Task { await service.run() }
        while quarantine.times.withLock({ $0 }).isEmpty { await Task.yield() }
        run.cancel()
        await run.value

        #expect(quarantine.times.withLock { $0 } == [Sample.now - .seconds(30)])
        #expect(ledger.steps.withLock { $0.map(\.rule) } == [.quarantine, .quarantine, .quarantine])
    }
}
