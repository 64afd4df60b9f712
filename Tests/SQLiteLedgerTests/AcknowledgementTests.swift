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

            #expect(outcomes.count { $0.isRecorded } == 100)
            #expect(ledger.statistics.operations - before.operations == 101)
            #expect(ledger.statistics.commits - before.commits == 2)
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
    private func recordWhileBusy(_ ledger: SQLiteStore, count: Int) async throws -> [ApplyOutcome] {
        let callbacks = try (0..<count).map { try Sample.callback(id: "id\($0)") }
        let release = DispatchSemaphore(value: 0)
        try await block(ledger, until: release)
        let (answers, answered) = AsyncStream<ApplyOutcome>.makeStream()
        for callback in callbacks { ledger.record(callback) { answered.yield($0) } }
        release.signal()

        var outcomes: [ApplyOutcome] = []
        for await outcome in answers {
            outcomes.append(outcome)
            if outcomes.count == count { break }
        }
        return outcomes
    }
}
