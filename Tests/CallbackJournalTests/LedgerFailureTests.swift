import CallbackJournal
import Foundation
import RicevutaCore
import TestSupport
import Testing

/// A ledger that cannot write, for a while or for one callback.
@Suite(.timeLimit(.minutes(1)))
struct LedgerFailureTests {
    @Test func acknowledgesWhileTheLedgerFailsAndHandsAllOverAfterwards() async throws {
        let ledger = FaultyLedger(.fails)
        try await withJournal(of: ledger) { journal, _ in
            for number in 0..<50 {
                let outcome = await journal.record(try Sample.callback(number))
                #expect(outcome == .accepted(number: Int64(number) + 1))
            }
            while ledger.attempts < 100 { await Task.yield() }  // It is tried again and again.
            #expect(journal.statistics.isLedgerFailing || journal.statistics.unsettled == 50)

            ledger.behave(.takes)

            while journal.statistics.unsettled > 0 { await Task.yield() }
            #expect(ledger.taken.map(\.number) == Array(1...50), "each once, in order")
            #expect(!journal.statistics.isLedgerFailing)
        }
    }

    @Test func promisesNoMoreThanMayBeBehind() async throws {
        let configuration = JournalConfiguration(maxUnsettled: 10, interval: .zero, retryInterval: .seconds(60))
        let ledger = FaultyLedger(.fails)
        try await withJournal(of: ledger, configuration) { journal, directory in
            var acknowledged = 0
            while await journal.record(try Sample.callback(acknowledged)) != .failed { acknowledged += 1 }

            #expect(acknowledged == 10)
            #expect(try await recovered(from: directory).callbacks.count == 10, "what was promised is kept")
        }
    }

    @Test func waitsForASlowLedgerInsteadOfRefusing() async throws {
        let configuration = JournalConfiguration(maxUnsettled: 10, interval: .zero)
        let ledger = FaultyLedger(.holds)
        try await withJournal(of: ledger, configuration) { journal, _ in
            for number in 0..<10 { _ = await journal.record(try Sample.callback(number)) }
            async let next = journal.record(try Sample.callback(10))
            while ledger.attempts == 0 { await Task.yield() }
            ledger.behave(.takes)

            let outcome = try await next
            #expect(outcome == .accepted(number: 11))
        }
    }

    @Test func quarantinesWhatCannotBeWrittenAndRetriesItAtTheNextStart() async throws {
        try await withTemporaryDirectory { directory in
            let picky = FaultyLedger { $0.number == 3 }
            let first = try Journal(
                at: directory,
                ledger: picky,
                newest: 0,
                configuration: Sample.configuration
            )
            for number in 0..<6 { _ = await first.record(try Sample.callback(number)) }
            await first.close()
            #expect(picky.taken.map(\.number) == [1, 2, 4, 5, 6], "the others go on")
            #expect(first.statistics.quarantined == 1)

            let ledger = FaultyLedger()
            let second = try Journal(
                at: directory,
                ledger: ledger,
                newest: 6,
                configuration: Sample.configuration
            )
            await second.close()
            #expect(ledger.taken.map(\.number) == [3])
            #expect(ledger.taken.map(\.body) == [try Sample.callback(2).body])
            #expect(second.statistics.quarantined == 0)

            #expect(try await recovered(from: directory).callbacks.isEmpty, "and not once more")
        }
    }

    @Test func quarantinesOnceAndCountsOnAboveIt() async throws {
        try await withTemporaryDirectory { directory in
            for _ in 0..<2 {
                let journal = try Journal(
                    at: directory,
                    ledger: FaultyLedger { _ in true },
                    newest: 6,
                    configuration: Sample.configuration
                )
                _ = await journal.record(try Sample.callback(1))
                await journal.close()
                for name in try FileManager.default.contentsOfDirectory(atPath: directory)
                where name.hasPrefix("journal-") {
                    try FileManager.default.removeItem(atPath: "\(directory)/\(name)")
                }
            }

            let ledger = FaultyLedger()
            let journal = try Journal(
                at: directory,
                ledger: ledger,
                newest: 0,
                configuration: Sample.configuration
            )
            let last = await journal.record(try Sample.callback(2))
            #expect(last == .accepted(number: 9))
            await journal.close()
            #expect(ledger.taken.compactMap(\.number).sorted() == [7, 8, 9])
        }
    }

    @Test func endsThoughTheLedgerFails() async throws {
        try await withTemporaryDirectory { directory in
            let ledger = FaultyLedger(.fails)
            let journal = try Journal(
                at: directory,
                ledger: ledger,
                newest: 0,
                configuration: Sample.configuration
            )
            for number in 0..<5 { _ = await journal.record(try Sample.callback(number)) }

            await journal.close()

            #expect(try await recovered(from: directory).callbacks.map(\.number) == Array(1...5))
        }
    }
}
