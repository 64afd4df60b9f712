import Foundation
import RicevutaCore
import TestSupport
import Testing

@testable import CallbackJournal

/// What is told of files that somebody or something has damaged, and what is not told of those that a crash has left.
@Suite(.timeLimit(.minutes(2)))
struct DamageTests {
    enum Damage: String, CaseIterable {
        case emptied, cut, zeroed, renamed, deleted, garbledEnd
    }

    /// What a new process finds in a copy of a journal of 100 callbacks, 30 or so to a segment.
    private func damage(
        settled: Bool,
        handedOver: Int64?,
        _ harm: (_ directory: String, _ used: [String]) throws -> Void
    ) async throws -> (journal: Journal, callbacks: [ReceivedCallback]) {
        let ledger = FaultyLedger(settled ? .takes : .holds)
        return try await withJournal(of: ledger) { journal, directory in
            for number in 0..<100 { _ = await journal.record(try Sample.callback(number, filler: 2000)) }
            if settled { await journal.close() }
            return try await withTemporaryDirectory { parent in
                let copy = "\(parent)/copy"
                try copyJournal(from: directory, to: copy)
                let used = try segments(in: copy).filter { name in
                    try Data(contentsOf: URL(fileURLWithPath: "\(copy)/\(name)")).contains { $0 != 0 }
                }
                try harm(copy, used)
                let next = FaultyLedger()
                let found = try Journal(
                    at: copy,
                    ledger: next,
                    newest: 0,
                    handedOver: handedOver,
                    configuration: Sample.configuration
                )
                await found.close()
                #expect(JournalFindings(at: copy).lines == found.damage.map(\.description))
                return (found, next.taken)
            }
        }
    }

    private func harm(_ damage: Damage, _ directory: String, _ name: String) throws {
        let url = URL(fileURLWithPath: "\(directory)/\(name)")
        var bytes = try Data(contentsOf: url)
        switch damage {
        case .emptied: bytes = Data()
        case .cut: bytes = bytes.prefix(20_000)
        case .zeroed: bytes = Data(count: bytes.count)
        case .garbledEnd:
            let end = (bytes.lastIndex { $0 != 0 } ?? 0)
            bytes.replaceSubrange(end - 1500..<end, with: Data(repeating: 0x55, count: 1500))
        case .renamed:
            let segment = try #require(SegmentName(name))
            let other = SegmentName(new: segment.number).text
            return try FileManager.default.moveItem(atPath: url.path, toPath: "\(directory)/\(other)")
        case .deleted: return try FileManager.default.removeItem(at: url)
        }
        try bytes.write(to: url)
    }

    @Test(arguments: Damage.allCases, [0, 1, 2, 3])
    func tellsOfDamageToCallbacksThatTheLedgerLacks(_ damage: Damage, place: Int) async throws {
        // The ledger has been handed nothing of it; of the newest segment's last callbacks nobody knows whether they
        // were synced, so that their loss does not show by itself.
        let isNewest = place == 3
        let found = try await self.damage(settled: false, handedOver: nil) { directory, used in
            #expect(used.count == 4)
            try harm(damage, directory, used[place])
        }

        let isSilent = isNewest && [.zeroed, .garbledEnd].contains(damage)
        #expect(found.journal.damage.isEmpty == isSilent, "\(found.journal.damage)")
        if damage == .renamed {
            #expect(found.callbacks.map(\.number) == Array(1...100), "it is read all the same")
        } else {
            #expect(found.callbacks.count < 100 && found.callbacks.count >= 60)
        }
    }

    @Test(arguments: Damage.allCases, [0, 1, 2, 3])
    func tellsOfDamageToWhatTheLedgerHas(_ damage: Damage, place: Int) async throws {
        let found = try await self.damage(settled: true, handedOver: 100) { directory, used in
            try harm(damage, directory, used[place])
        }

        // The end of a segment whose callbacks the ledger has is not looked at. What the newest one lacks, the ledger
        // has.
        let isSilent = damage == .garbledEnd && place < 3
        #expect(found.journal.damage.isEmpty == isSilent, "\(found.journal.damage)")
        #expect(found.journal.damage.allSatisfy { $0.lost == 0 })
    }

    @Test func tellsThatTheEndIsGoneWhenTheLedgerHasIt() async throws {
        let found = try await damage(settled: false, handedOver: 100) { directory, used in
            try harm(.garbledEnd, directory, used[3])
        }
        #expect(found.journal.damage == [.behindLedger(newest: 99, ledger: 100)])
    }

    @Test func tellsThatAllOfItIsGone() async throws {
        let found = try await damage(settled: true, handedOver: 100) { directory, _ in
            try FileManager.default.removeItem(atPath: directory)
        }
        #expect(found.journal.damage == [.behindLedger(newest: 0, ledger: 100)])
    }

    @Test func goesOnAboveWhatIsGone() async throws {
        try await withTemporaryDirectory { directory in
            for round in 1...2 {
                let journal = try Journal(
                    at: directory,
                    ledger: FaultyLedger(),
                    newest: Int64(100 * round),
                    configuration: Sample.configuration
                )
                for number in 0..<70 { _ = await journal.record(try Sample.callback(number, filler: 2000)) }
                await journal.close()
                for name in try segments(in: directory) {
                    try FileManager.default.removeItem(atPath: "\(directory)/\(name)")
                }
            }
            let ledger = FaultyLedger(.holds)
            let journal = try Journal(
                at: directory,
                ledger: ledger,
                newest: 300,
                configuration: Sample.configuration
            )
            let last = await journal.record(try Sample.callback(1))
            let found = try await recovered(from: directory)
            ledger.behave(.takes)
            await journal.close()

            #expect(last == .accepted(number: 301))
            #expect(found.callbacks.map(\.number) == [301])
        }
    }

    /// After a power cut, any of the sectors that were being written may be old or new: all of that is legal.
    @Test(arguments: [false, true])
    func callsNoStateDamagedThatAPowerCutLeaves(isFirstBatch: Bool) async throws {
        let disk = FakeDisk()
        try await withJournal(on: disk, of: FaultyLedger(.holds)) { journal, directory in
            if !isFirstBatch {
                for number in 0..<3 { _ = await journal.record(try Sample.callback(number, filler: 300)) }
            }
            let acknowledged = isFirstBatch ? 0 : 3
            let before = try content(of: directory)
            disk.behave(.hangs)
            journal.record(try (10..<16).map { RecordEntry(try Sample.callback($0, filler: 300)) { _ in } })
            while disk.hanging == 0 { await Task.yield() }
            let after = try content(of: directory)
            let written = after.filter { before[$0.key] != nil && before[$0.key] != $0.value }
            let (name, new) = try #require(written.first)
            let old = try #require(before[name])
            let changed = (0..<new.count / 512).filter { sector in
                new[sector * 512..<sector * 512 + 512] != old[sector * 512..<sector * 512 + 512]
            }
            #expect(changed.count >= 2 && changed.count <= 10)

            try withTemporaryDirectory { parent in
                for subset in 0..<1 << changed.count {
                    let copy = "\(parent)/\(subset)"
                    try copyJournal(from: directory, to: copy)
                    var bytes = old
                    for (bit, sector) in changed.enumerated() where subset >> bit & 1 == 1 {
                        bytes.replaceSubrange(
                            sector * 512..<sector * 512 + 512,
                            with: new[sector * 512..<sector * 512 + 512]
                        )
                    }
                    try bytes.write(to: URL(fileURLWithPath: "\(copy)/\(name)"))
                    let found = try JournalReader.read(copy, handedOver: nil)
                    #expect(found.damage == [], "state \(subset) of \(1 << changed.count)")
                    #expect(found.unsettled >= acknowledged)
                    try FileManager.default.removeItem(atPath: copy)
                }
            }
        }
    }

    private func content(of directory: String) throws -> [String: Data] {
        let names = try segments(in: directory)
        return Dictionary(
            uniqueKeysWithValues: try names.map {
                ($0, try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\($0)")))
            }
        )
    }
}
