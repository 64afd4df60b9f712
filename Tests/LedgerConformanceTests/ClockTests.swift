import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

/// The wall clock set back, by less or more than anything waits.
@Suite(.timeLimit(.minutes(1)))
struct ClockTests {
    static let steps = [Duration.seconds(3600), .seconds(3 * 86_400), .seconds(365 * 86_400)]

    @Test(arguments: LedgerKind.allCases, steps)
    func pollsWaitNoLongerThanTheyWereTo(_ kind: LedgerKind, _ step: Duration) async throws {
        try await withLedger(kind) { ledger, _ in
            _ = await ledger.record(try Sample.callback(state: .searching))
            let work = try #require(try await ledger.leaseVerifications().first)
            try await ledger.postpone(work.lease, until: Sample.now + .seconds(5), reason: "later")
            let now = Sample.now - step

            #expect(try await ledger.leaseVerifications(at: now).count == 1)
        }
    }

    @Test(arguments: LedgerKind.allCases, steps)
    func retriesWaitNoLongerThanTheyWereToAfterARestart(_ kind: LedgerKind, _ step: Duration) async throws {
        try await withLedger(kind) { ledger, process in
            try await ledger.confirmed(.available, sinks: "crm")
            let work = try #require(try await ledger.leaseDeliveries().first)
            let retry = DeliveryRetryPolicy.Action.retry(after: .seconds(5), reason: "no answer")
            try await ledger.finish(work, action: retry, now: Sample.now)

            let next = try await process.restarted().ledger

            #expect(try await next.leaseDeliveries(at: Sample.now - step).count == 1)
        }
    }

    @Test(arguments: LedgerKind.allCases, steps)
    func aCallbackFromBeforeTheStepIsActedUponAtOnce(_ kind: LedgerKind, _ step: Duration) async throws {
        try await withLedger(kind) { ledger, _ in
            #expect(try await ledger.leaseVerifications(at: Sample.now - step).isEmpty)

            // As one that the journal kept: it carries the time at which it came.
            _ = await ledger.record(try Sample.callback())

            #expect(try await ledger.leaseVerifications(at: Sample.now - step).count == 1)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func whatWaitsForItsTimeStillDoes(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            _ = await ledger.record(try Sample.callback(state: .searching))
            let work = try #require(try await ledger.leaseVerifications().first)
            try await ledger.postpone(work.lease, until: Sample.now + .seconds(500), reason: "later")

            #expect(try await ledger.leaseVerifications(at: Sample.now + .seconds(400)).isEmpty)
            #expect(
                try await ledger.leaseVerifications(at: Sample.now + .seconds(398)).isEmpty,
                "two seconds are no step"
            )
            #expect(try await ledger.leaseVerifications(at: Sample.now + .seconds(501)).count == 1)
        }
    }
}
