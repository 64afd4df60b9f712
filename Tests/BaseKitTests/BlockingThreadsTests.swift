import BaseKit
import Dispatch
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct BlockingThreadsTests {
    /// Work that hangs until it is let go.
    private final class Gate: Sendable {
        private let semaphore = DispatchSemaphore(value: 0)
        let begun = Mutex(0)

        func hang() {
            begun.withLock { $0 += 1 }
            semaphore.wait()
        }

        func open(_ count: Int) { for _ in 0..<count { semaphore.signal() } }
    }

    /// How much runs at a time.
    private final class Running: Sendable {
        private let counts = Mutex((now: 0, most: 0))

        var most: Int { counts.withLock { $0.most } }

        func begin() {
            counts.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
        }

        func end() { counts.withLock { $0.now -= 1 } }
    }

    private func until(_ holds: () -> Bool) async {
        while !holds() { try? await Task.sleep(for: .milliseconds(2)) }  // The suite's time limit ends it.
    }

    @Test func runsNoMoreAtATimeThanItHasThreads() async {
        let threads = BlockingThreads(name: "test", limit: 3)
        let running = Running()
        let sum = await withTaskGroup(of: Int.self) { group in
            for number in 1...200 {
                group.addTask {
                    let outcome = await threads.run {
                        running.begin()
                        defer { running.end() }
                        return number
                    }
                    if case .finished(let value) = outcome { return value }
                    return 0
                }
            }
            return await group.reduce(0, +)
        }
        #expect(sum == 20_100)
        #expect(running.most <= 3)
    }

    @Test func whoWaitsForWorkThatHangsIsFreeInTime() async {
        let threads = BlockingThreads(name: "test", limit: 2)
        let gate = Gate()
        // On a busy machine it may be over before the work has begun, which then never begins.
        while threads.abandoned < 2 {
            let outcome = await threads.run(within: .milliseconds(20)) { gate.hang() }
            guard case .abandoned = outcome else {
                Issue.record("\(outcome)")
                return
            }
        }

        let refused = await threads.run { 1 }
        guard case .refused(abandoned: 2) = refused else {
            Issue.record("\(refused)")
            return
        }

        gate.open(2)
        await until { threads.abandoned == 0 }
        guard case .finished(7) = await threads.run(within: .seconds(30), { 7 }) else {
            Issue.record("the threads did not come back")
            return
        }
    }

    @Test func aCancelledTaskWaitsNoLonger() async {
        let threads = BlockingThreads(name: "test", limit: 1)
        let gate = Gate()
        let waiting = Task { await threads.run { gate.hang() } }
        await until { gate.begun.withLock { $0 } == 1 }

        waiting.cancel()

        guard case .abandoned = await waiting.value else {
            Issue.record("it was waited for")
            return
        }
        gate.open(1)
    }

    @Test func whatNobodyWaitsForAnyMoreIsNotBegun() async {
        let threads = BlockingThreads(name: "test", limit: 1)
        let gate = Gate()
        let first = Task { await threads.run { gate.hang() } }
        await until { gate.begun.withLock { $0 } == 1 }
        let done = Running()

        let second = await threads.run(within: .milliseconds(20)) { done.begin() }

        guard case .abandoned = second else {
            Issue.record("\(second)")
            return
        }
        gate.open(1)
        _ = await first.value
        _ = await threads.run {}
        #expect(done.most == 0)
    }

    @Test func aThreadThatHangsHoldsUpNoOtherSet() async {
        let stuck = BlockingThreads(name: "stuck", limit: 64)
        let gate = Gate()
        let waiting = Task {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<64 { group.addTask { _ = await stuck.run { gate.hang() } } }
            }
        }
        await until { gate.begun.withLock { $0 } == 64 }

        let begun = ContinuousClock.now
        guard case .finished(1) = await BlockingThreads(name: "other", limit: 1).run({ 1 }) else {
            Issue.record("the other set did not work")
            return
        }
        #expect(begun.duration(to: .now) < .seconds(5))
        gate.open(64)
        await waiting.value
    }
}
