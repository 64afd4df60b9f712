import Foundation
import RicevutaCore
import Testing

@testable import CallbackJournal

/// The files, over a long time.
@Suite(.timeLimit(.minutes(1)))
struct SegmentTests {
    @Test func keepsNoMoreThanItIsToldTo() async throws {
        let ledger = FaultyLedger()
        var configuration = Sample.configuration
        configuration.keepBytes = 2 * configuration.segmentBytes
        try await withJournal(of: ledger, configuration) { journal, directory in
            // Some 30 to a file of 64 KiB.
            for number in 0..<1500 {
                _ = await journal.record(try Sample.callback(number, filler: 2000))
                if number % 10 == 0 { while journal.statistics.unsettled > 0 { await Task.yield() } }
            }

            // Two that are kept, one that is written to, four that are made before they are needed, and one on its way
            // out.
            while try segments(in: directory).count > 8 { await Task.yield() }
            while journal.statistics.unsettled > 0 { await Task.yield() }
            #expect(ledger.taken.map(\.number) == Array(1...1500))
        }
    }

    @Test func writesOverNothingThatTheLedgerDoesNotHave() async throws {
        try await withJournal(of: FaultyLedger(.holds)) { journal, directory in
            for number in 0..<300 { _ = await journal.record(try Sample.callback(number, filler: 2000)) }

            let found = try await recovered(from: directory)

            #expect(found.callbacks.map(\.number) == Array(1...300))
            let bodies = try (0..<300).map { try Sample.callback($0, filler: 2000).body }
            #expect(found.callbacks.map(\.body) == bodies)
        }
    }

    @Test func countsOnThroughManyFiles() async throws {
        let ledger = FaultyLedger()
        try await withJournal(of: ledger) { journal, directory in
            // Many files have been written to their end.
            for number in 0..<400 { _ = await journal.record(try Sample.callback(number, filler: 2000)) }
            while journal.statistics.unsettled > 0 { await Task.yield() }
            ledger.behave(.holds)
            var acknowledged: [Int64] = []
            for number in 400..<440 {
                if case .accepted(let id) = await journal.record(try Sample.callback(number, filler: 100)) {
                    acknowledged.append(id)
                }
            }

            let found = try await recovered(from: directory)

            let numbers = found.callbacks.compactMap(\.number)
            #expect(Array(numbers.suffix(40)) == acknowledged)
            #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count)
            #expect(found.statistics.damaged == 0)
        }
    }

    @Test func keepsACallbackLargerThanAFile() async throws {
        try await withJournal(of: FaultyLedger(.holds)) { journal, directory in
            for number in 0..<3 { _ = await journal.record(try Sample.callback(number, filler: 200_000)) }

            let found = try await recovered(from: directory)

            let bodies = try (0..<3).map { try Sample.callback($0, filler: 200_000).body }
            #expect(found.callbacks.map(\.body) == bodies)
        }
    }

    @Test func startsOnAFullDiskAndRefusesWhatItCannotKeep() async throws {
        // No disk has room for such a file.
        let configuration = JournalConfiguration(interval: .zero, retryInterval: .seconds(60), segmentBytes: 1 << 62)
        try await withJournal(of: FaultyLedger(), configuration) { journal, _ in
            let last = await journal.record(try Sample.callback(1))
            #expect(last == .failed)
            #expect(journal.statistics.isFailing)
        }
    }

    @Test(arguments: [
        "journal-1", "journal-1-12", "journal-x-0123456789abcdef", "journal-1-0123456789ABCDEF",
        "journal-01-0123456789abcdef", "journal-1-0123456789abcdef.seg", "journal-00000001-0123456789abcdef.seg.bak",
    ])
    func takesNoOtherNameForItsOwn(_ name: String) {
        #expect(SegmentName(name) == nil)
        let made = SegmentName(new: 7)
        #expect(SegmentName(made.text) == made)
        #expect(SegmentName(new: 7) != made)
    }

    @Test func saysWhatIsWrongWithItsDirectory() throws {
        let error = #expect(throws: JournalError.self) {
            _ = try Journal(at: "/dev/null/journal", ledger: FaultyLedger(), newest: 0)
        }
        #expect(error?.description.contains("/dev/null") == true)
    }

    @Test func sumsAsOthersDo() {
        #expect(CRC32C.checksum(Array("123456789".utf8), 0..<9) == 0xE306_9283)  // The check value of its definition.
        #expect(CRC32C.checksum(Array("123456789".utf8), 0..<2, 2..<9) == 0xE306_9283)
    }
}
