import Foundation
import RicevutaCore
import Synchronization
import TestSupport
import Testing

@testable import CallbackJournal

/// Copies of a journal that is being written to.
@Suite(.timeLimit(.minutes(2)))
struct CopyingTests {
    /// Writes a copy into a new directory below `parent`.
    private func copy(_ directory: String, below parent: String, handedOver: Int64?) throws -> (String, Bool) {
        let copy = "\(parent)/copy-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
        let journal = JournalCopy(of: directory)
        let isComplete = try journal.segments(handedOver: handedOver) { file in
            try Data(file.bytes).write(to: URL(fileURLWithPath: "\(copy)/\(file.name)"))
        }
        return (copy, isComplete)
    }

    @Test func holdsWhatWasAcknowledgedBeforeAndNoGap() async throws {
        try await withTemporaryDirectory { parent in
            let directory = "\(parent)/journal"
            let journal = try Journal(
                at: directory,
                ledger: FaultyLedger(),
                newest: 0,
                configuration: Sample.configuration
            )
            let progress = Progress()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await progress.record(to: journal) }
                while progress.acknowledged < 50 { try await Task.sleep(for: .milliseconds(1)) }
                for _ in 0..<40 {
                    let before = progress.acknowledged
                    let (copy, isComplete) = try copy(directory, below: parent, handedOver: 0)
                    #expect(isComplete)
                    let found = try JournalReader.read(copy, handedOver: 0)
                    #expect(found.damage == [])
                    #expect(found.newest >= before)
                    #expect(found.unsettled == Int(found.newest), "every number from the first on")
                    try FileManager.default.removeItem(atPath: copy)
                }
                progress.end()
                try await group.waitForAll()
            }
            await journal.close()
        }
    }

    @Test func saysWhenTheJournalHasGivenUpWhatTheLedgersCopyLacks() async throws {
        try await withTemporaryDirectory { parent in
            let directory = "\(parent)/journal"
            var configuration = Sample.configuration
            configuration.keepBytes = 0
            let journal = try Journal(at: directory, ledger: FaultyLedger(), newest: 0, configuration: configuration)
            for number in 1...200 { _ = await journal.record(try Sample.callback(number, filler: 2000)) }
            await journal.close()

            let newest = try JournalReader.read(directory, handedOver: nil).newest
            #expect(try copy(directory, below: parent, handedOver: newest).1)
            #expect(try !copy(directory, below: parent, handedOver: 3).1)
        }
    }

    @Test func aJournalThatIsNotThereHasNothingToCopy() throws {
        let journal = JournalCopy(of: "/nowhere/journal")
        #expect(try journal.segments(handedOver: 5) { _ in Issue.record("there is no file") })
        try journal.quarantined { _ in Issue.record("there is no file") }
    }

    @Test func damageOfTheOriginalIsCopied() async throws {
        try await withTemporaryDirectory { parent in
            let directory = "\(parent)/journal"
            let journal = try Journal(
                at: directory,
                ledger: FaultyLedger(),
                newest: 0,
                configuration: Sample.configuration
            )
            for number in 1...20 { _ = await journal.record(try Sample.callback(number)) }
            await journal.close()
            let name = try #require(try segments(in: directory).first)
            let path = "\(directory)/\(name)"
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            bytes[1000] ^= 0xFF
            try bytes.write(to: URL(fileURLWithPath: path))

            let (copy, _) = try copy(directory, below: parent, handedOver: 0)
            let (unsettled, damage) = try JournalCopy.check(copy, handedOver: 0)
            #expect(damage.count == 1)
            #expect(unsettled > 10)
        }
    }
}

/// Callbacks that are journaled one after another until somebody says that it is enough.
private final class Progress: Sendable {
    private let state = Mutex((acknowledged: 0 as Int64, isOver: false))

    /// The number of the last one that was acknowledged.
    var acknowledged: Int64 { state.withLock(\.acknowledged) }

    func end() { state.withLock { $0.isOver = true } }

    func record(to journal: Journal) async throws {
        var number = 0
        while !state.withLock(\.isOver) {
            number += 1
            let outcome = await journal.record(try Sample.callback(number, filler: number % 5000))
            if case .accepted(let given) = outcome { state.withLock { $0.acknowledged = given } }
        }
    }
}
