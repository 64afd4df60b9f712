import CallbackJournal
import Foundation
import RicevutaCore
import Synchronization
import TestSupport
import Testing

/// A disk whose syncs fail.
@Suite(.timeLimit(.minutes(1)))
struct FailingDiskTests {
    @Test func makesNoFileForARefusal() async throws {
        let disk = FakeDisk()
        try await withJournal(on: disk) { journal, directory in
            _ = await journal.record(try Sample.callback(0))
            // One is in use, four are made before they are needed.
            while try segments(in: directory).count < 5 { await Task.yield() }
            disk.behave(.loses)

            for number in 1...50 {
                let outcome = await journal.record(try Sample.callback(number))
                #expect(outcome == .failed)
            }
            // Nor does looking whether it still fails.
            let attempts = disk.attempts
            while disk.attempts < attempts + 50 { await Task.yield() }

            #expect(try segments(in: directory).count <= 6, "one more is in use, and one takes its place")
        }
    }

    @Test func losesNothingThatWasAcknowledgedAroundAFailure() async throws {
        let disk = FakeDisk()
        try await withJournal(on: disk, of: FaultyLedger(.holds)) { journal, directory in
            var acknowledged: [Int64] = []
            for round in 0..<6 {
                for number in 0..<5 {
                    if case .accepted(let id) = await journal.record(try Sample.callback(round * 10 + number)) {
                        acknowledged.append(id)
                    }
                }
                disk.behave(.loses)
                for number in 0...round {
                    // Of different lengths, so that what is written later does not cover what was lost.
                    let callback = try Sample.callback(100 + round * 10 + number, filler: 3000 - 500 * number)
                    let outcome = await journal.record(callback)
                    #expect(outcome == .failed)
                }
                disk.behave(.works)
                while journal.statistics.isFailing { await Task.yield() }

                let found = try await recovered(from: directory)

                #expect(acknowledged.count == 5 * (round + 1))
                #expect(Set(acknowledged).isSubset(of: Set(found.callbacks.compactMap(\.number))))
                #expect(found.statistics.damaged == 0, "a failed sync is no damage")
            }
        }
    }

    /// A batch that failed may stand in the file, right behind what is written next.
    @Test func readsNoRecordOfABatchThatFailed() async throws {
        let disk = FakeDisk()
        try await withJournal(on: disk, of: FaultyLedger(.holds)) { journal, directory in
            disk.behave(.hangs)
            let outcomes = Mutex<[JournalOutcome]>([])
            let last = try Sample.callback(20)
            for number in 0..<10 {
                journal.record(try Sample.callback(number)) { outcome in
                    let count = outcomes.withLock { outcomes in
                        outcomes.append(outcome)
                        return outcomes.count
                    }
                    // From the journal's own thread: nothing else is written before it.
                    if count == 10 { journal.record(last) { outcome in outcomes.withLock { $0.append(outcome) } } }
                }
                // The first is being written; the others go together.
                if number == 0 { while disk.hanging == 0 { await Task.yield() } }
            }
            disk.behave(.refusesOnly(2))
            while outcomes.withLock({ $0.count }) < 11 { await Task.yield() }

            let found = try await recovered(from: directory)

            #expect(outcomes.withLock { $0.prefix(10).allSatisfy { $0 == .failed } })
            guard case .accepted(let id) = outcomes.withLock({ $0[10] }) else {
                Issue.record("the one after the failure was not accepted")
                return
            }
            #expect(found.callbacks.compactMap(\.number) == [id])
            #expect(found.statistics.damaged == 0, "what was refused is no damage")
        }
    }

    @Test func findsOutByItselfThatItCanWriteAgain() async throws {
        let disk = FakeDisk()
        try await withJournal(on: disk) { journal, _ in
            disk.behave(.loses)
            let outcome = await journal.record(try Sample.callback(1))
            #expect(outcome == .failed)
            #expect(journal.statistics.isFailing)
            disk.behave(.works)

            while journal.statistics.isFailing { await Task.yield() }
        }
    }

    @Test func takesARepetitionOfWhatItRefusedForNew() async throws {
        let disk = FakeDisk()
        try await withJournal(on: disk) { journal, _ in
            disk.behave(.loses)
            let refused = await journal.record(try Sample.callback(1))
            disk.behave(.works)
            let repeated = await journal.record(try Sample.callback(1))

            #expect(refused == .failed)
            guard case .accepted = repeated else {
                Issue.record("\(repeated)")
                return
            }
        }
    }

    /// A batch may be acknowledged in part: each callback is answered by the sync of the file that it is in.
    @Test func answersEachOfABatchByItsOwnSync() async throws {
        let disk = FakeDisk()
        try await withJournal(on: disk) { journal, _ in
            disk.behave(.hangs)
            let (answers, answered) = AsyncStream<(Int, JournalOutcome)>.makeStream()
            for number in 0..<61 {
                journal.record(try Sample.callback(number, filler: 2000)) { answered.yield((number, $0)) }
                // The first is being written; the others wait, and go together into more than one file of 64 KiB.
                if number == 0 { while disk.hanging == 0 { await Task.yield() } }
            }
            disk.behave(.worksOnly(2))
            var outcomes: [Int: JournalOutcome] = [:]
            for await (number, outcome) in answers {
                outcomes[number] = outcome
                if outcomes.count == 61 { break }
            }

            let accepted = outcomes.filter { if case .accepted = $0.value { true } else { false } }.keys.sorted()
            let failed = outcomes.filter { $0.value == .failed }.keys.sorted()
            #expect(accepted.count + failed.count == 61)
            #expect(accepted.count > 20 && failed.count > 20)
            #expect(accepted + failed == Array(0..<61), "the first ones, up to the end of the file")
        }
    }

    @Test func answersABatchThatAStopFallsInto() async throws {
        let disk = FakeDisk()
        let ledger = FaultyLedger()
        try await withJournal(on: disk, of: ledger) { journal, _ in
            disk.behave(.hangs)
            let outcomes = Mutex<[JournalOutcome]>([])
            for number in 0..<40 {
                journal.record(try Sample.callback(number)) { outcome in outcomes.withLock { $0.append(outcome) } }
                if number == 0 { while disk.hanging == 0 { await Task.yield() } }
            }
            async let closed: Void = journal.close()
            while !(try isClosing(journal)) { await Task.yield() }
            disk.behave(.works)
            await closed

            let all = outcomes.withLock { $0 }
            #expect(all.count >= 40)
            #expect(all.prefix(40).allSatisfy { if case .accepted = $0 { true } else { false } })
            #expect(ledger.taken.count >= 40, "and none is left out")
        }
    }

    private func isClosing(_ journal: Journal) throws -> Bool {
        let isRefused = Mutex(false)
        journal.record(try Sample.callback(99)) { outcome in isRefused.withLock { $0 = outcome == .failed } }
        return isRefused.withLock { $0 }
    }
}
