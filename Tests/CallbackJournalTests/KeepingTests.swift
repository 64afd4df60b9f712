import Foundation
import RicevutaCore
import TestSupport
import Testing

@testable import CallbackJournal

/// What is kept after the ledger has it, and a ledger that is older than its journal.
@Suite(.timeLimit(.minutes(1)))
struct KeepingTests {
    /// Journals callbacks in several segments, all of which the ledger has.
    private func fill(_ directory: String, count: Int = 100) async throws {
        let journal = try Journal(
            at: directory,
            ledger: FaultyLedger(),
            newest: 0,
            configuration: Sample.configuration
        )
        for number in 0..<count { _ = await journal.record(try Sample.callback(number, filler: 2000)) }
        await journal.close()
    }

    private func open(
        _ directory: String,
        of ledger: FaultyLedger,
        handedOver: Int64?,
        _ configuration: JournalConfiguration = Sample.configuration
    ) throws -> Journal {
        try Journal(
            at: directory,
            ledger: ledger,
            newest: 0,
            handedOver: handedOver,
            configuration: configuration
        )
    }

    @Test(arguments: [0, 1, 40, 99] as [Int64])
    func fillsUpAnOlderLedgerWithTheSameNumbers(_ handedOver: Int64) async throws {
        try await withTemporaryDirectory { directory in
            try await fill(directory)
            let ledger = FaultyLedger()
            let journal = try open(directory, of: ledger, handedOver: handedOver)
            let next = await journal.record(try Sample.callback(1000))
            await journal.close()

            #expect(ledger.taken.map(\.number) == Array(handedOver + 1...101), "and what comes next is behind them")
            let bodies = try (Int(handedOver)..<100).map { try Sample.callback($0, filler: 2000).body }
            #expect(ledger.taken.dropLast().map(\.body) == bodies)
            #expect(next == .accepted(number: 101))
            #expect(journal.refilledFrom == handedOver + 1)
            #expect(journal.statistics.recovered == 100 - Int(handedOver))
            #expect(journal.damage == [])
            #expect(JournalFindings(at: directory).lines.first?.contains("older than the journal") == true)

            let again = try open(directory, of: ledger, handedOver: 101)
            await again.close()
            #expect(again.refilledFrom == nil && again.statistics.recovered == 0)
            #expect(JournalFindings(at: directory).lines == [])
        }
    }

    @Test func goesOnWithFillingUpAfterACrash() async throws {
        try await withTemporaryDirectory { parent in
            let directory = "\(parent)/journal"
            try await fill(directory)
            let holding = FaultyLedger(.holds)
            let journal = try open(directory, of: holding, handedOver: 10)
            while holding.attempts == 0 { await Task.yield() }
            try copyJournal(from: directory, to: "\(parent)/copy")
            holding.behave(.takes)
            await journal.close()

            // The ledger had some of it when the process died.
            let ledger = FaultyLedger()
            let next = try open("\(parent)/copy", of: ledger, handedOver: 50)
            await next.close()
            #expect(ledger.taken.map(\.number) == Array(51...100))
        }
    }

    @Test func keepsNothingLongerThanItIsToldTo() async throws {
        try await withTemporaryDirectory { directory in
            try await fill(directory)
            var configuration = Sample.configuration
            configuration.keep = .zero
            let ledger = FaultyLedger()
            let before = try segments(in: directory)
            // What is given up is removed a moment later.
            let journal = try open(directory, of: ledger, handedOver: 100, configuration)
            while Set(try segments(in: directory)).intersection(before.prefix(3)).count > 0 { await Task.yield() }
            await journal.close()
            #expect(journal.damage == [])

            let next = try open(directory, of: FaultyLedger(), handedOver: 100)
            #expect(next.damage == [], "what was given up is not missed")
            let last = await next.record(try Sample.callback(1000))
            await next.close()
            #expect(last == .accepted(number: 101))
        }
    }

    @Test func givesUpWhatTheLedgerHasWhileTheDiskIsNearlyFull() async throws {
        let disk = FakeDisk()
        try await withTemporaryDirectory { directory in
            try await fill(directory)
            disk.setFreeBytes(1000)
            let ledger = FaultyLedger(.fails)
            let journal = try Journal(
                at: directory,
                ledger: ledger,
                newest: 0,
                handedOver: 100,
                configuration: Sample.configuration,
                disk: disk.disk
            )
            let old = Set(try segments(in: directory).prefix(3))
            // The ledger fails: it may be for want of space.
            _ = await journal.record(try Sample.callback(1000))
            while !old.isDisjoint(with: try segments(in: directory)) { await Task.yield() }
            ledger.behave(.takes)
            await journal.close()

            let next = try open(directory, of: FaultyLedger(), handedOver: 101)
            await next.close()
            #expect(next.damage == [])
        }
    }

    @Test func readsNoMoreThanItNeeds() async throws {
        try await withTemporaryDirectory { directory in
            try await fill(directory)
            let path = URL(fileURLWithPath: "\(directory)/\(try #require(segments(in: directory).first))")
            var bytes = try Data(contentsOf: path)
            bytes.replaceSubrange(20_000..<20_100, with: Data(repeating: 0x55, count: 100))
            try bytes.write(to: path)

            let agreeing = try open(directory, of: FaultyLedger(), handedOver: 100)
            await agreeing.close()
            #expect(agreeing.damage == [], "the ledger has all that is in it")

            let ledger = FaultyLedger()
            let older = try open(directory, of: ledger, handedOver: 0)
            await older.close()
            #expect(older.damage.count == 1, "now it is needed")
            #expect(older.damage.first?.lost == 100 - ledger.taken.count)
        }
    }
}
