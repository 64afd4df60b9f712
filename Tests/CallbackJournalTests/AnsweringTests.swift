import CallbackJournal
import Dispatch
import RicevutaCore
import Synchronization
import Testing
import Visengine

/// What is answered, and when.
@Suite(.timeLimit(.minutes(1)))
struct AnsweringTests {
    @Test func tellsARepeatedFactWithTheNumberOfTheFirst() async throws {
        try await withJournal(of: FaultyLedger()) { journal, _ in
            let first = await journal.record(try Sample.callback(1))
            let other = await journal.record(try Sample.callback(2))
            let repeated = await journal.record(try Sample.callback(1, filler: 1))

            #expect(first == .accepted(number: 1))
            #expect(other == .accepted(number: 2))
            #expect(repeated == .duplicate(of: 1), "it says the same, in other bytes")
        }
    }

    @Test func acceptsOneOfManyAtTheSameMoment() async throws {
        let ledger = FaultyLedger()
        let outcomes = try await withJournal(of: ledger) { journal, _ in
            let callback = try Sample.callback(1)
            return await withTaskGroup(of: JournalOutcome.self) { group in
                for _ in 0..<64 { group.addTask { await journal.record(callback) } }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }

        #expect(outcomes.count { if case .accepted = $0 { true } else { false } } == 1)
        #expect(outcomes.count { if case .duplicate = $0 { true } else { false } } == 63)
        #expect(ledger.taken.count == 64, "the ledger sees each, and decides")
    }

    @Test func syncsAllThatWaitsAtOnce() async throws {
        try await withJournal(of: FaultyLedger()) { journal, _ in
            let before = journal.statistics
            let outcomes = try await recordWhileBusy(journal, count: 100)

            #expect(outcomes.count == 100)
            #expect(journal.statistics.callbacks - before.callbacks == 101)
            #expect(journal.statistics.syncs - before.syncs == 2)
        }
    }

    @Test func refusesMoreThanMayWait() async throws {
        let configuration = JournalConfiguration(maxQueuedCallbacks: 3, retryAfter: .seconds(7), interval: .zero)
        try await withJournal(of: FaultyLedger(), configuration) { journal, _ in
            let outcomes = try await recordWhileBusy(journal, count: 5)

            #expect(outcomes.prefix(2) == [.overloaded(retryAfter: .seconds(7)), .overloaded(retryAfter: .seconds(7))])
            #expect(journal.statistics.overloads == 2)
            #expect(journal.statistics.callbacks == 4, "what is refused is not stored")
        }
    }

    @Test func saysBeforehandThatThereIsNoRoom() async throws {
        let configuration = JournalConfiguration(maxQueuedCallbacks: 3, retryAfter: .seconds(7))
        try await withJournal(of: FaultyLedger(), configuration) { journal, _ in
            #expect(journal.shortage(besides: 2) == nil)
            #expect(journal.shortage(besides: 3) == .seconds(7))
            #expect(journal.statistics.overloads == 1)
        }
    }

    @Test func refusesMoreBytesThanMayWait() async throws {
        let configuration = JournalConfiguration(maxQueuedBytes: 1000, retryAfter: .seconds(2), interval: .zero)
        try await withJournal(of: FaultyLedger(), configuration) { journal, _ in
            let large = await journal.record(try Sample.callback(1, filler: 1000))
            let small = await journal.record(try Sample.callback(2))

            #expect(large == .overloaded(retryAfter: .seconds(2)))
            #expect(small == .accepted(number: 1))
        }
    }

    @Test func failsAfterItWasClosed() async throws {
        try await withJournal(of: FaultyLedger()) { journal, _ in
            await journal.close()
            await journal.close()

            let outcome = await journal.record(try Sample.callback(1))
            #expect(outcome == .failed)
        }
    }

    @Test func countsWhatTheLedgerFindsToBeADuplicate() async throws {
        let ledger = FaultyLedger()
        try await withJournal(of: ledger) { journal, _ in
            for filler in 0..<3 { _ = await journal.record(try Sample.callback(1, filler: filler)) }
            _ = await journal.record(try Sample.callback(2))
            await journal.close()

            #expect(journal.statistics.duplicates == 2)
            #expect(ledger.position == 4, "repetitions are handed over as well")
        }
    }

    @Test func writesWhatWaitsBeforeItCloses() async throws {
        let ledger = FaultyLedger()
        try await withJournal(of: ledger) { journal, _ in
            let outcomes = Mutex<[JournalOutcome]>([])
            for number in 0..<200 {
                journal.record(try Sample.callback(number)) { outcome in outcomes.withLock { $0.append(outcome) } }
            }
            await journal.close()

            #expect(outcomes.withLock { $0 } == (1...200).map { .accepted(number: $0) })
            #expect(ledger.taken.map(\.number) == Array(1...200))
        }
    }

    /// Records callbacks while the journal's thread is held in the answer to one more.
    ///
    /// - Returns: The answers, in the order in which they were given.
    private func recordWhileBusy(_ journal: Journal, count: Int) async throws -> [JournalOutcome] {
        let release = DispatchSemaphore(value: 0)
        let first = try Sample.callback(1000)
        await withCheckedContinuation { continuation in
            journal.record(first) { _ in
                continuation.resume()
                release.wait()
            }
        }
        let (answers, answered) = AsyncStream<JournalOutcome>.makeStream()
        for number in 0..<count { journal.record(try Sample.callback(number)) { answered.yield($0) } }
        release.signal()

        var outcomes: [JournalOutcome] = []
        for await outcome in answers {
            outcomes.append(outcome)
            if outcomes.count == count { break }
        }
        return outcomes
    }

    @Test func knowsNothingOfACallbackThatItRefused() async throws {
        let ledger = FaultyLedger()
        var configuration = Sample.configuration
        configuration.maxQueuedCallbacks = 1
        try await withJournal(of: ledger, configuration) { journal, _ in
            let callbacks = try (0..<50).map { try Sample.callback($0) }
            // All at once, and there is room for few: the others are refused before anything is known of them.
            let refused = Mutex<[ReceivedCallback]>([])
            let overloaded = JournalOutcome.overloaded(retryAfter: configuration.retryAfter)
            await withCheckedContinuation { continuation in
                let rest = Mutex(callbacks.count)
                journal.record(
                    callbacks.map { callback in
                        RecordEntry(callback) { outcome in
                            if outcome == overloaded { refused.withLock { $0.append(callback) } }
                            let isLast = rest.withLock { rest in
                                rest -= 1
                                return rest == 0
                            }
                            if isLast { continuation.resume() }
                        }
                    }
                )
            }
            let again = refused.withLock { $0 }
            #expect(!again.isEmpty)

            for callback in again {
                let second = await journal.record(callback)
                guard case .accepted = second else {
                    Issue.record("\(second): the sender's second attempt was taken for a repetition")
                    continue
                }
            }
        }
        #expect(Set(ledger.taken.map(\.claim.orderID)).count == 50)
    }
}
