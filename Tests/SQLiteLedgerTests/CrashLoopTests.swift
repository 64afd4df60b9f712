import BaseKit
import RicevutaCore
import SQLiteLedger
import TestSupport
import Testing
import Visengine

/// One job that ends the program each time it is done.
@Suite(.timeLimit(.minutes(1)))
struct CrashLoopTests {
    private static let configuration = LedgerConfiguration(
        rules: LedgerRules(crashes: CrashPolicy(maxCrashes: 3, pause: .seconds(60))),
        reserveBytes: 0
    )

    @Test func setsAJobAsideAfterTheThirdCrash() async throws {
        try await withBoots { boots in
            let first = try boots.start()
            _ = await first.record(try Sample.callback())
            for attempt in 1...3 {
                let ledger = try attempt == 1 ? first : boots.startAfterCrash()
                #expect(try await ledger.claimVerify().map(\.lease.attempt) == [attempt])
            }

            let ledger = try boots.startAfterCrash()
            _ = await ledger.record(try Sample.callback("m", id: "id2"))

            #expect(try await ledger.claimVerify().map(\.order.nonce) == [Sample.nonce("m")], "others go on")
            #expect(try await ledger.callbacks().map(\.verdict) == [.skipped])
            #expect(try await ledger.claimVerify(at: Sample.now + .seconds(59)) == [])
            let retried = try await ledger.claimVerify(at: Sample.now + .seconds(60))
            #expect(retried.contains { $0.order.nonce == (try? Sample.nonce("n")) }, "and it gets another chance")
        }
    }

    @Test func confirmsASkippedCallbackWhenAllIsWellAgain() async throws {
        try await withBoots { boots in
            let first = try boots.start()
            _ = await first.record(try Sample.callback())
            for crash in 0..<3 { _ = try await (crash == 0 ? first : boots.startAfterCrash()).claimVerify() }
            let ledger = try boots.startAfterCrash()
            #expect(try await ledger.claimVerify() == [])

            let work = try #require(try await ledger.claimVerify(at: Sample.now + .seconds(60)).first)
            let reading = try Sample.reading(.available)
            _ = try await ledger.confirm(work, reading: reading, binding: .bind, context: Sample.context())

            #expect(try await ledger.callbacks().map(\.verdict) == [.confirmed])
        }
    }

    @Test func setsAsideFetchesAndDeliveriesToo() async throws {
        try await withBoots { boots in
            let first = try boots.start()
            try await first.confirmed(.available, sinks: "crm")
            for crash in 0..<3 {
                let ledger = try crash == 0 ? first : boots.startAfterCrash()
                #expect(try await ledger.claimFetch().count == 1)
                #expect(try await ledger.claimDeliveries().count == 1)
            }

            let ledger = try boots.startAfterCrash()

            #expect(try await ledger.claimFetch() == [])
            #expect(try await ledger.claimDeliveries() == [])
            #expect(try await ledger.callbacks().map(\.verdict) == [.confirmed])
            #expect(try await ledger.claimFetch(at: Sample.now + .seconds(60)).count == 1)
            #expect(try await ledger.claimDeliveries(at: Sample.now + .seconds(60)).count == 1)
        }
    }

    @Test func countsNoOrderlyStopAsACrash() async throws {
        try await withBoots { boots in
            for boot in 1...6 {
                let ledger = try boots.start()
                if boot == 1 { _ = await ledger.record(try Sample.callback()) }
                #expect(try await ledger.claimVerify().map(\.lease.attempt) == [boot])
                await ledger.close()
            }
        }
    }

    @Test func forgetsCrashesOnceAnAttemptEnded() async throws {
        try await withBoots { boots in
            var ledger = try boots.start()
            _ = await ledger.record(try Sample.callback())
            for _ in 0..<3 {
                _ = try await ledger.claimVerify()
                ledger = try boots.startAfterCrash()
                let work = try #require(try await ledger.claimVerify().first)
                try await ledger.postpone(work.lease, until: Sample.now, reason: "the API is down")
            }

            #expect(try await ledger.claimVerify().map(\.lease.attempt) == [7])
        }
    }

    /// Starts a ledger again and again, in a new directory after each crash.
    private final class Boots {
        let parent: String
        var ledgers: [SQLiteStore] = []
        private var directories = 0

        init(parent: String) { self.parent = parent }

        private var directory: String { "\(parent)/\(directories)" }

        func start() throws -> SQLiteStore {
            let ledger = try SQLiteStore.open(
                at: directory,
                mode: .serve,
                configuration: CrashLoopTests.configuration
            )
            ledgers.append(ledger)
            return ledger
        }

        func startAfterCrash() throws -> SQLiteStore {
            let crashed = directory
            directories += 1
            try copyLedger(from: crashed, to: directory)
            return try start()
        }
    }

    private func withBoots(_ body: (Boots) async throws -> Void) async throws {
        try await withTemporaryDirectory { parent in
            let boots = Boots(parent: parent)
            try await body(boots)
            for ledger in boots.ledgers { await ledger.close() }
        }
    }
}
