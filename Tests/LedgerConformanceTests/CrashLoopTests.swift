import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

/// One job that ends the program each time it is done.
@Suite(.timeLimit(.minutes(1)))
struct CrashLoopTests {
    private static let rules = LedgerRules(crashes: CrashPolicy(maxCrashes: 3, pause: .seconds(60)))

    @Test(arguments: LedgerKind.allCases)
    func pausesAJobAfterTheThirdCrash(_ kind: LedgerKind) async throws {
        try await withLedger(kind, rules: Self.rules) { first, start in
            var process = start
            _ = await first.record(try Sample.callback())
            for attempt in 1...3 {
                let ledger = try attempt == 1 ? first : process.crash()
                #expect(try await ledger.leaseVerifications().map(\.lease.attempt) == [attempt])
            }

            let ledger = try process.crash()
            _ = await ledger.record(try Sample.callback("m", id: "id2"))

            #expect(try await ledger.leaseVerifications().map(\.order.nonce) == [Sample.nonce("m")], "others go on")
            #expect(try await ledger.callbacks().map(\.verdict) == [.skipped])
            #expect(try await ledger.leaseVerifications(at: Sample.now + .seconds(59)) == [])
            let retried = try await ledger.leaseVerifications(at: Sample.now + .seconds(60))
            #expect(retried.contains { $0.order.nonce == (try? Sample.nonce("n")) }, "and it gets another chance")
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func confirmsASkippedCallbackWhenAllIsWellAgain(_ kind: LedgerKind) async throws {
        try await withLedger(kind, rules: Self.rules) { first, start in
            var process = start
            _ = await first.record(try Sample.callback())
            for crash in 0..<3 { _ = try await (crash == 0 ? first : process.crash()).leaseVerifications() }
            let ledger = try process.crash()
            #expect(try await ledger.leaseVerifications() == [])

            let work = try #require(try await ledger.leaseVerifications(at: Sample.now + .seconds(60)).first)
            let reading = try Sample.reading(.available)
            _ = try await ledger.confirm(work, reading: reading, binding: .bind, context: Sample.context())

            #expect(try await ledger.callbacks().map(\.verdict) == [.confirmed])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func pausesFetchesAndDeliveriesToo(_ kind: LedgerKind) async throws {
        try await withLedger(kind, rules: Self.rules) { first, start in
            var process = start
            try await first.confirmed(.available, sinks: "crm")
            for crash in 0..<3 {
                let ledger = try crash == 0 ? first : process.crash()
                #expect(try await ledger.leaseFetches().count == 1)
                #expect(try await ledger.leaseDeliveries().count == 1)
            }

            let ledger = try process.crash()

            #expect(try await ledger.leaseFetches() == [])
            #expect(try await ledger.leaseDeliveries() == [])
            #expect(try await ledger.callbacks().map(\.verdict) == [.confirmed])
            #expect(try await ledger.leaseFetches(at: Sample.now + .seconds(60)).count == 1)
            #expect(try await ledger.leaseDeliveries(at: Sample.now + .seconds(60)).count == 1)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func countsNoOrderlyStopAsACrash(_ kind: LedgerKind) async throws {
        try await withLedger(kind, rules: Self.rules) { _, start in
            var process = start
            _ = await process.ledger.record(try Sample.callback())
            for attempt in 1...6 {
                #expect(try await process.ledger.leaseVerifications().map(\.lease.attempt) == [attempt])
                process = try await process.restarted()
            }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func forgetsCrashesOnceAnAttemptEnded(_ kind: LedgerKind) async throws {
        try await withLedger(kind, rules: Self.rules) { first, start in
            var process = start
            var ledger = first
            _ = await ledger.record(try Sample.callback())
            for _ in 0..<3 {
                _ = try await ledger.leaseVerifications()
                ledger = try process.crash()
                let work = try #require(try await ledger.leaseVerifications().first)
                try await ledger.postpone(work.lease, until: Sample.now, reason: "the API is down")
            }

            #expect(try await ledger.leaseVerifications().map(\.lease.attempt) == [7])
        }
    }
}
