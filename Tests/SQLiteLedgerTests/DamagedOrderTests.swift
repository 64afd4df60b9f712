import BaseKit
import RicevutaCore
import SQLiteLedger
import TestSupport
import Testing
import Visengine

/// Callbacks about an order whose row holds what this program never writes: they are taken all the same.
@Suite(.timeLimit(.minutes(1)), .enabled(if: SQLiteTool.isInstalled))
struct DamagedOrderTests {
    @Test(arguments: ["id1", "id2", nil])
    func recordsACallbackOfAnOrderWhoseIDIsUnreadable(claimed: String?) async throws {
        try await withLedger { ledger, directory in
            try await ledger.confirmed(.searching)
            try SQLiteTool.run("UPDATE orders SET provider_id = 'a b'", in: directory)
            let at = Sample.now + .seconds(20)

            let outcome = await ledger.record(try Sample.callback(id: claimed, state: .fulfilled, at: at))

            #expect(outcome.isRecorded)
            let again = await ledger.record(try Sample.callback(id: claimed, state: .fulfilled, at: at))
            #expect(again == .duplicate(id: try #require(outcome.id)))
            #expect(try SQLiteTool.run("SELECT count(*) FROM order_candidates", in: directory) == "0")
            #expect(try await ledger.leaseVerifications(at: at) == [], "it is quarantined")
            #expect(ledger.statistics.poisoned == 0)

            try SQLiteTool.run("UPDATE orders SET provider_id = 'id1'", in: directory)
            let later = at + .seconds(3600)
            let work = try #require(try await ledger.leaseVerifications(at: later).first)
            let context = try Sample.context(at: later)
            let reading = try Sample.reading(.fulfilled)
            _ = try await ledger.confirm(work, reading: reading, binding: .bind, context: context)
            let verdicts = try await ledger.callbacks().map(\.verdict)
            #expect(verdicts == [.confirmed, claimed == "id2" ? .mismatched : .confirmed], "repaired, it is evaluated")
        }
    }

    @Test func bringsAReadBackForwardThoughTheLastOneSeemsToLieInTheFuture() async throws {
        try await withLedger { ledger, directory in
            try await ledger.confirmed(.searching)
            // So it is, too, when the clock was set back.
            let ahead = (Sample.now + .seconds(9999)).milliseconds
            try SQLiteTool.run("UPDATE orders SET last_asked_ms = \(ahead)", in: directory)
            let at = Sample.now + .seconds(20)

            _ = await ledger.record(try Sample.callback(at: at))

            #expect(try await ledger.leaseVerifications(at: at + .seconds(10)).map(\.trigger) == [.callback])
        }
    }
}
