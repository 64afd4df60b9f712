import CallbackJournal
import RicevutaCore
import Synchronization
import Testing

/// A disk, or a ledger, that does not answer.
@Suite(.timeLimit(.minutes(1)))
struct StalledDiskTests {
    private static let configuration = JournalConfiguration(
        maxQueuedCallbacks: 20,
        maxUnsettled: 5,
        interval: .zero,
        maxWait: .milliseconds(200),
        segmentBytes: 64 << 10
    )

    @Test func answersInTimeWhateverTheDiskDoes() async throws {
        let disk = FakeDisk()
        let ledger = FaultyLedger()
        try await withJournal(on: disk, of: ledger, Self.configuration) { journal, _ in
            disk.behave(.hangs)
            let answers = Answers()
            for number in 0..<10 {
                journal.record(try Sample.callback(number), completion: answers.note(number))
                if number == 0 { while disk.hanging == 0 { await Task.yield() } }
            }
            let begun = ContinuousClock.now
            while answers.count < 10 { await Task.yield() }

            #expect(answers.all == Array(repeating: .timedOut, count: 10), "those being written, and those behind them")
            #expect(begun.duration(to: .now) < .seconds(5))
            #expect(journal.statistics.isStalled)
            #expect(journal.statistics.timedOut == 10)

            disk.behave(.works)
            while ledger.taken.count < 10 { await Task.yield() }
            #expect(answers.count == 10, "each is answered once")
            #expect(ledger.taken.map(\.body) == (try (0..<10).map { try Sample.callback($0).body }), "and kept")
            while journal.statistics.isStalled { await Task.yield() }
            let next = await journal.record(try Sample.callback(11))
            #expect(next == .accepted(number: 11))
        }
    }

    @Test func answersAtOnceWhileTheDiskDoesNot() async throws {
        let disk = FakeDisk()
        let ledger = FaultyLedger()
        try await withJournal(on: disk, of: ledger, Self.configuration) { journal, _ in
            disk.behave(.hangs)
            let first = await journal.record(try Sample.callback(0))
            #expect(first == .timedOut)

            // More than may wait: the oldest of those that are answered give way to the newest.
            for number in 1...30 {
                #expect(journal.shortage(besides: 0) == nil)
                let outcome = await journal.record(try Sample.callback(number))
                #expect(outcome == .timedOut)
            }

            disk.behave(.works)
            while ledger.taken.count < 21 { await Task.yield() }
            let kept = try ([0] + Array(11...30)).map { try Sample.callback($0).body }
            #expect(ledger.taken.map(\.body) == kept)
        }
    }

    @Test func answersInTimeWhateverTheLedgerDoes() async throws {
        try await withJournal(of: FaultyLedger(.holds), Self.configuration) { journal, _ in
            for number in 0..<5 { _ = await journal.record(try Sample.callback(number)) }

            let outcome = await journal.record(try Sample.callback(5))

            #expect(outcome == .timedOut, "the ledger is as far behind as it may be")
        }
    }

    @Test func takesARepetitionOfWhatItKeptForADuplicate() async throws {
        let disk = FakeDisk()
        try await withJournal(on: disk, Self.configuration) { journal, _ in
            disk.behave(.hangs)
            let first = await journal.record(try Sample.callback(0))
            disk.behave(.works)
            while journal.statistics.callbacks == 0 { await Task.yield() }
            while journal.statistics.isStalled { await Task.yield() }
            let again = await journal.record(try Sample.callback(0))

            #expect(first == .timedOut)
            #expect(again == .duplicate(of: 1))
        }
    }
}

/// Answers by the number of the callback.
private final class Answers: Sendable {
    private let outcomes = Mutex<[(number: Int, outcome: JournalOutcome)]>([])

    var count: Int { outcomes.withLock(\.count) }
    var all: [JournalOutcome] { outcomes.withLock { $0.sorted { $0.number < $1.number }.map(\.outcome) } }

    func note(_ number: Int) -> @Sendable (JournalOutcome) -> Void {
        { outcome in self.outcomes.withLock { $0.append((number, outcome)) } }
    }
}
