import BaseKit
import Dispatch
import RicevutaCore
import SQLiteLedger
import Synchronization
import TestSupport
import Testing
import Visengine

/// How answers are given together.
@Suite(.timeLimit(.minutes(1)))
struct AcknowledgementTests {
    @Test func commitsAllThatWaitsAsOneTransaction() async throws {
        try await withLedger { ledger, _ in
            let before = ledger.statistics
            let outcomes = try await recordWhileBusy(ledger, count: 100)

            #expect(outcomes.count { $0.isAccepted } == 100)
            #expect(ledger.statistics.operations - before.operations == 101)
            #expect(ledger.statistics.commits - before.commits == 2)
        }
    }

    @Test func refusesMoreThanTheQueueHolds() async throws {
        let configuration = LedgerConfiguration(maxQueuedCallbacks: 3, retryAfter: .seconds(7), reserveBytes: 0)
        try await withLedger(configuration) { ledger, _ in
            let outcomes = try await recordWhileBusy(ledger, count: 5)

            #expect(outcomes.prefix(2) == [.overloaded(retryAfter: .seconds(7)), .overloaded(retryAfter: .seconds(7))])
            #expect(outcomes.dropFirst(2).count { $0.isAccepted } == 3)
            #expect(ledger.statistics.overloads == 2)
            let summary = try await ledger.summary(now: Sample.now)
            #expect(summary.callbacks == 4, "what is refused is not stored")
            #expect(await ledger.record(try Sample.callback(id: "later")).isAccepted, "and only while it is full")
        }
    }

    @Test func refusesMoreBytesThanTheQueueHolds() async throws {
        let configuration = LedgerConfiguration(maxQueuedBytes: 10, retryAfter: .seconds(2), reserveBytes: 0)
        try await withLedger(configuration) { ledger, _ in
            let large = await ledger.record(try Sample.callback(body: "eleven byte"))
            let small = await ledger.record(try Sample.callback(body: "ten bytes."))

            #expect(large == .overloaded(retryAfter: .seconds(2)))
            #expect(small.isAccepted)
        }
    }

    @Test func takesTheOutcomesOfWorkHoweverFullTheQueueIs() async throws {
        let configuration = LedgerConfiguration(maxQueuedCallbacks: 1, reserveBytes: 0)
        try await withLedger(configuration) { ledger, _ in
            let order = try await ledger.placing()
            let release = DispatchSemaphore(value: 0)
            try await block(ledger, until: release)
            ledger.record(try Sample.callback(id: "fills")) { _ in }

            async let renamed = ledger.placed(
                try Sample.nonce(),
                as: try Sample.reading(.searching),
                now: Sample.now
            )
            release.signal()

            #expect(try await renamed.key == order.key)
        }
    }

    /// Holds the writer in an answer until `release` is signalled.
    private func block(_ ledger: SQLiteStore, until release: DispatchSemaphore) async throws {
        let callback = try Sample.callback(id: "blocks")
        await withCheckedContinuation { continuation in
            ledger.record(callback) { _ in
                continuation.resume()
                release.wait()
            }
        }
    }

    /// Records callbacks while the writer is busy with one more.
    ///
    /// - Returns: The answers, in the order in which they were given.
    private func recordWhileBusy(_ ledger: SQLiteStore, count: Int) async throws -> [RecordOutcome] {
        let callbacks = try (0..<count).map { try Sample.callback(id: "id\($0)") }
        let release = DispatchSemaphore(value: 0)
        try await block(ledger, until: release)
        let (answers, answered) = AsyncStream<RecordOutcome>.makeStream()
        for callback in callbacks { ledger.record(callback) { answered.yield($0) } }
        release.signal()

        var outcomes: [RecordOutcome] = []
        for await outcome in answers {
            outcomes.append(outcome)
            if outcomes.count == count { break }
        }
        return outcomes
    }
}
