import BaseKit
import RicevutaCore
import SQLiteLedger
import TestSupport
import Testing
import Visengine

/// Removing what is old does not hold up what is new.
@Suite(.timeLimit(.minutes(1)))
struct RetentionPaceTests {
    @Test func callbacksAreRecordedBetweenTwoStepsOfRetention() async throws {
        try await withLedger { ledger, _ in
            let old = 4000
            for start in stride(from: 0, to: old, by: 500) {
                let callbacks = try (start..<(start + 500)).map {
                    try Sample.callback(state: .unknown("\($0)"), body: String(repeating: "x", count: 2000))
                }
                await withCheckedContinuation { continuation in
                    ledger.apply(callbacks, upTo: nil) { _ in continuation.resume() }
                }
            }
            // The newest is kept, whatever its age.
            _ = await ledger.record(try Sample.callback("m", at: Sample.now + .seconds(10)))
            let removing = Task {
                var (steps, removed, place): (Int, Int, Int64?) = (0, 0, 0)
                while let after = place {
                    let step = try await ledger.forget(
                        .bodies,
                        before: Sample.now + .seconds(1),
                        after: after,
                        limit: 50
                    )
                    steps += 1
                    removed += step.changed
                    place = step.next
                }
                return (steps, removed)
            }
            var slowest = Duration.zero
            for number in 0..<100 {
                let at = Sample.now + .seconds(10)
                let callback = try Sample.callback("m", state: .unknown("new \(number)"), at: at)
                let taken = await ContinuousClock().measure { _ = await ledger.record(callback) }
                slowest = max(slowest, taken)
            }
            let (steps, removed) = try await removing.value

            #expect(removed == old)
            #expect(steps >= old / 50)
            #expect(slowest < .seconds(1), "a callback waits for one step at most, not for all")
        }
    }

    @Test(.enabled(if: SQLiteTool.isInstalled))
    func leavesNothingOfABodyInItsRow() async throws {
        try await withLedger { ledger, directory in
            _ = await ledger.record(try Sample.callback(state: .searching, body: "old"))
            _ = await ledger.record(try Sample.callback(body: "new", at: Sample.now + .seconds(1)))
            let bodies = "SELECT group_concat(coalesce(CAST(body AS TEXT), 'none')) FROM callbacks"
            #expect(try SQLiteTool.run(bodies, in: directory) == "old,new")

            _ = try await ledger.forget(.bodies, before: Sample.now + .seconds(1), after: 0, limit: 9)

            #expect(try SQLiteTool.run(bodies, in: directory) == "none,new")
        }
    }
}
