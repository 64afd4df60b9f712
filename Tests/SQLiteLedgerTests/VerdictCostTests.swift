import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

@testable import SQLiteLedger

/// What a read-back costs when somebody with a leaked token has posted very many facts.
@Suite(.timeLimit(.minutes(1)), .enabled(if: SQLiteTool.isInstalled))
struct VerdictCostTests {
    @Test(arguments: [OrderState.searching, .fulfilled])
    func evaluatesManyCallbacksInManyTransactions(_ shown: OrderState) async throws {
        try await withLedger { ledger, _ in
            try await ledger.recordMany(1300)
            let work = try #require(try await ledger.leaseVerifications().first)

            let before = ledger.statistics.commits
            let reading = try Sample.reading(shown)
            _ = try await ledger.confirm(work, reading: reading, binding: .bind, context: Sample.context())

            #expect(ledger.statistics.commits - before >= 3)
            let summary = try await ledger.summary(now: Sample.now)
            #expect(summary.callbacksByVerdict == [shown == .searching ? "unconfirmed" : "confirmed": 1300])
        }
    }

    @Test func confirmsManyCallbacksInManyTransactionsOnceTheAPIShowsThem() async throws {
        try await withLedger { ledger, _ in
            try await ledger.recordMany(1300)
            let work = try #require(try await ledger.leaseVerifications().first)
            let first = try Sample.reading(.searching)
            _ = try await ledger.confirm(work, reading: first, binding: .bind, context: Sample.context())
            let at = Sample.now + .seconds(600)
            let next = try #require(try await ledger.leaseVerifications(at: at).first)

            let before = ledger.statistics.commits
            let reading = try Sample.reading(.available)
            let context = try Sample.context(at: at)
            _ = try await ledger.confirm(next, reading: reading, binding: .bind, context: context)

            #expect(ledger.statistics.commits - before >= 3)
            #expect(try await ledger.summary(now: at).callbacksByVerdict == ["confirmed": 1300])
        }
    }

    @Test func readsNoCallbackAgainWhileTheAPIShowsNothingNew() async throws {
        try await withLedger { ledger, directory in
            _ = await ledger.record(try Sample.callback(state: .fulfilled))
            let work = try #require(try await ledger.leaseVerifications().first)
            let reading = try Sample.reading(.searching)
            _ = try await ledger.confirm(work, reading: reading, binding: .bind, context: Sample.context())
            // A row that is read again would be found to be damaged.
            try SQLiteTool.run("UPDATE callbacks SET claim_id = 'a b'", in: directory)
            let at = Sample.now + .seconds(600)
            let next = try #require(try await ledger.leaseVerifications(at: at).first)

            let context = try Sample.context(at: at)
            _ = try await ledger.confirm(next, reading: reading, binding: .bind, context: context)

            #expect(ledger.statistics.unreadableRows == 0)
            #expect(try SQLiteTool.run("SELECT verdict FROM callbacks", in: directory) == "unconfirmed")
        }
    }

    @Test func findsWhatTheAPIShowsAmongManyThatItDoesNotWithoutReadingThem() async throws {
        try await withLedger { _, directory in
            let query = LedgerTransaction.shown(states: 2)
            let plan = try SQLiteTool.run("EXPLAIN QUERY PLAN \(query)", in: directory)

            #expect(plan.contains("callbacks_unconfirmed (order_key=? AND claim_name=?)"))
        }
    }
}

extension SQLiteStore {
    /// Records so many facts of order `n`, all claiming that it is available.
    fileprivate func recordMany(_ count: Int) async throws {
        let callbacks = try (0..<count).map { try Sample.callback(update: Sample.now + .seconds($0)) }
        await withTaskGroup(of: Void.self) { group in
            for callback in callbacks { group.addTask { _ = await self.record(callback) } }
        }
    }
}
