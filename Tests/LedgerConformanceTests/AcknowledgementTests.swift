import BaseKit
import RicevutaCore
import Synchronization
import TestSupport
import Testing
import Visengine

/// What an answer promises, and when it is given.
@Suite(.timeLimit(.minutes(1)))
struct AcknowledgementTests {
    @Test(arguments: LedgerKind.allCases)
    func answersOnlyWhatACrashLeaves(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            for number in 0..<20 {
                let outcome = await ledger.record(try Sample.callback(id: "id\(number)"))

                try await withLedgerAfterCrash(of: process) { ledger in
                    #expect(try await ledger.callbacks().last?.id == outcome.id)
                    #expect(try await ledger.leaseVerifications().count == 1, "its work is there too")
                    let again = await ledger.record(try Sample.callback(id: "id\(number)"))
                    #expect(again == .duplicate(id: try #require(outcome.id)))
                }
            }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func answersADuplicateOnlyWithItsWork(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            let first = await ledger.record(try Sample.callback())
            let work = try #require(try await ledger.leaseVerifications().first)
            try await ledger.park(work, reason: "not known to the API", now: Sample.now)
            #expect(try await ledger.summary(now: Sample.now).jobsByKind == [:])

            let again = await ledger.record(try Sample.callback(at: Sample.now + .seconds(60)))

            #expect(again == .duplicate(id: try #require(first.id)))
            #expect(
                try await ledger.leaseVerifications(at: Sample.now + .seconds(60)).map(\.order.key) == [work.order.key]
            )
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func asksForNothingWhenAConfirmedFactComesAgain(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.fulfilled)
            #expect(try await ledger.callbacks().map(\.verdict) == [.confirmed])

            _ = await ledger.record(try Sample.callback(state: .fulfilled, at: Sample.now + .seconds(60)))

            #expect(try await ledger.leaseVerifications(at: Sample.now + .seconds(3600)) == [])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func failsAfterItWasClosed(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            _ = await ledger.record(try Sample.callback())
            await ledger.close()
            await ledger.close()

            #expect(await ledger.record(try Sample.callback(id: "late")) == .failed)
            await expect(.closed) { try await ledger.leaseVerifications() }
            await expect(.closed) { try await ledger.summary(now: Sample.now) }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func writesWhatWaitsBeforeItCloses(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            let outcomes = Mutex<[ApplyOutcome]>([])
            for number in 0..<200 {
                ledger.record(try Sample.callback(id: "id\(number)")) { outcome in
                    outcomes.withLock { $0.append(outcome) }
                }
            }
            let next = try await process.restarted().ledger

            #expect(outcomes.withLock { $0.count { $0.isRecorded } } == 200)
            #expect(try await next.summary(now: Sample.now).callbacks == 200)
        }
    }
}
