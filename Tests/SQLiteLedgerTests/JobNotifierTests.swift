import RicevutaCore
import Synchronization
import TestSupport
import Testing
import Visengine

@testable import SQLiteLedger

/// No job is left lying because it was signalled while its worker was on the way to its place.
///
/// A wait that nothing ends takes an hour here, and so fails by the suite's limit.
@Suite(.timeLimit(.minutes(4)))
struct JobNotifierTests {
    /// The moments at which a waiter is signalled that comes at the same time.
    @Test(arguments: [Duration.zero, .microseconds(200), .milliseconds(2)])
    func wakesWhoeverComesAtTheSameTime(delay: Duration) async throws {
        for round in 0..<3000 {
            let notifier = JobNotifier(longestWait: .seconds(3600))
            async let waits: Void = notifier.wait(for: .verify)
            async let signals: Void = {
                for _ in 0..<(round % 50) { await Task.yield() }
                notifier.schedule(.verify, after: delay)
            }()
            _ = await (waits, signals)
        }
    }

    @Test func wakesOneForEachOfManySignals() async throws {
        let notifier = JobNotifier(longestWait: .seconds(3600))
        let work = Count()
        let done = Count()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for round in 0..<2500 {
                        work.value.withLock { $0 += 1 }
                        notifier.schedule(.fetch, after: round.isMultiple(of: 2) ? .zero : .microseconds(100))
                        if round.isMultiple(of: 7) { await Task.yield() }
                    }
                }
            }
            group.addTask {
                while done.value.withLock({ $0 }) < 10_000 {
                    notifier.clear(.fetch)
                    let taken = work.value.withLock { work in
                        defer { work = 0 }
                        return work
                    }
                    done.value.withLock { $0 += taken }
                    if taken == 0 { await notifier.wait(for: .fetch) }
                }
            }
        }
        #expect(done.value.withLock { $0 } == 10_000)
    }

    /// Workers of a real ledger, with callbacks coming all the time, and jobs that are given back.
    @Test func noJobIsLeftSleeping() async throws {
        let configuration = LedgerConfiguration(reserveBytes: 0, longestWait: .seconds(3600))
        try await withLedger(configuration) { ledger, _ in
            let count = 600
            let done = Count()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for part in 0..<3 {
                    group.addTask {
                        for number in 0..<(count / 3) {
                            let callback = ReceivedCallback(
                                provider: .visengine,
                                nonce: .random(),
                                claim: CallbackClaim(orderID: try Sample.id("id\(part)-\(number)"), state: .available),
                                body: [],
                                peer: "192.0.2.1",
                                receivedAt: Sample.now
                            )
                            _ = await ledger.record(callback)
                            for _ in 0..<(number % 20) { await Task.yield() }
                        }
                    }
                }
                group.addTask {
                    while done.value.withLock({ $0 }) < count {
                        let works = try await ledger.leaseVerifications(limit: 7)
                        for work in works {
                            if work.lease.attempt == 1 {
                                try await ledger.postpone(work.lease, until: Sample.now, reason: "once more")
                            } else {
                                try await ledger.park(work, reason: "done", now: Sample.now)
                                done.value.withLock { $0 += 1 }
                            }
                        }
                        if works.isEmpty { await ledger.waitForWork(.verify) }
                    }
                }
                try await group.waitForAll()
            }
            let left = try await ledger.summary(now: Sample.now)
            #expect(left.jobsByKind.isEmpty)
        }
    }
}

private final class Count: Sendable {
    let value = Mutex(0)
}
