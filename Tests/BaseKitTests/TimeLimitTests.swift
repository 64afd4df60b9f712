import BaseKit
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct TimeLimitTests {
    /// Ends when it is cancelled, and not before.
    private static func untilCancelled() async { try? await Task.sleep(for: .seconds(3600)) }

    @Test func handsOutWhatEndsInTime() async {
        let ending = await TimeLimit.run(.seconds(3600)) { 7 }

        guard case .inTime(7) = ending else {
            Issue.record("\(ending)")
            return
        }
        #expect(ending.value == 7)
        #expect(ending.valueInTime == 7)
    }

    @Test func cancelsWhatIsLateAndWaitsForItsEnd() async {
        let hasEnded = Mutex(false)
        let ending = await TimeLimit.run(.milliseconds(1)) {
            await Self.untilCancelled()
            hasEnded.withLock { $0 = true }
            return 7
        }

        #expect(hasEnded.withLock { $0 })
        #expect(ending.value == 7)
        #expect(ending.valueInTime == nil)
    }

    @Test func cancellingTheCallerEndsTheWork() async {
        let task = Task {
            await TimeLimit.run(.seconds(3600)) {
                await Self.untilCancelled()
                return Task.isCancelled
            }
        }
        task.cancel()

        #expect(await task.value.value)
    }

    @Test func silenceEndsTheWork() async {
        let progress = TimeLimit.Progress()

        let ending = await TimeLimit.run(silence: .milliseconds(1), of: progress) { await Self.untilCancelled() }

        #expect(ending.valueInTime == nil)
        #expect(progress.silence >= .milliseconds(1))
    }

    @Test func whatMovesIsNotSilent() async {
        let progress = TimeLimit.Progress()

        let ending = await TimeLimit.run(silence: .seconds(3600), of: progress) {
            progress.note()
            return progress.silence < .seconds(3600)
        }

        #expect(ending.valueInTime == true)
    }
}
