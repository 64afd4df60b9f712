import BaseKit
import RicevutaCore
import SQLiteLedger
import TestSupport
import Testing

/// Whether a receiver runs, and for how long none did, by the wall clock.
@Suite(.timeLimit(.minutes(1)))
struct IdleTimeTests {
    @Test func knowsSinceWhenNothingRan() async throws {
        try await withTemporaryDirectory { directory in
            let first = try SQLiteStore.open(at: directory, mode: .serve)
            #expect(try await first.catchUp(spacing: .zero, now: .now()).idle == nil, "there was none before")
            await first.close()
            let second = try SQLiteStore.open(at: directory, mode: .serve)
            let idle = try #require(try await second.catchUp(spacing: .zero, now: .now() + .seconds(1000)).idle)
            #expect(idle >= .seconds(1000) && idle < .seconds(1060), "it stopped in order")
            try await withLedgerAfterCrash(of: directory) { third in
                let idle = try #require(try await third.catchUp(spacing: .zero, now: .now() + .seconds(500)).idle)
                #expect(idle >= .seconds(500) && idle < .seconds(560), "it was killed just now")
            }
            await second.close()
        }
    }

    @Test func knowsWhetherAReceiverRuns() async throws {
        try await withTemporaryDirectory { directory in
            let serving = try SQLiteStore.open(at: directory, mode: .serve)
            let command = try SQLiteStore.open(at: directory, mode: .inspect)
            #expect(try await command.isServed(now: .now()))
            #expect(try await !command.isServed(now: .now() + .seconds(100)), "its heartbeat is over")

            await serving.close()

            #expect(try await !command.isServed(now: .now()))
            await command.close()
        }
    }
}
