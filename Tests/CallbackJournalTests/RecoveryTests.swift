import BaseKit
import Foundation
import RicevutaCore
import TestSupport
import Testing
import Visengine

@testable import CallbackJournal

/// What a new process finds, whatever became of the one before.
@Suite(.timeLimit(.minutes(1)))
struct RecoveryTests {
    @Test func handsOverAllThatWasAcknowledged() async throws {
        try await withJournal(of: FaultyLedger(.holds)) { journal, directory in
            var acknowledged: [Int64] = []
            for number in 0..<20 {
                let outcome = await journal.record(try Sample.callback(number))
                guard case .accepted(let id) = outcome else {
                    Issue.record("\(outcome)")
                    return
                }
                acknowledged.append(id)

                let found = try await recovered(from: directory)

                #expect(found.callbacks.map(\.number) == acknowledged)
                #expect(found.statistics.recovered == acknowledged.count)
                #expect(found.statistics.damaged == 0)
            }
        }
    }

    @Test func handsOverACallbackAsItWas() async throws {
        try await withJournal(of: FaultyLedger(.holds)) { journal, directory in
            let plain = ReceivedCallback(
                provider: .visengine,
                nonce: nil,
                claim: CallbackClaim(),
                decodingProblem: "callback_no_order",
                body: [0xFF, 0x00, 0x22],
                peer: "2001:db8::1",
                receivedAt: Timestamp(milliseconds: 5)
            )
            for callback in [try Sample.callback(1), plain] { _ = await journal.record(callback) }

            let found = try await recovered(from: directory).callbacks

            #expect(found.count == 2)
            for (after, before) in zip(found, [try Sample.callback(1), plain]) {
                #expect(after.nonce == before.nonce)
                #expect(after.keyID == before.keyID)
                #expect(after.isRetiredKey == before.isRetiredKey)
                #expect(after.claim == before.claim)
                #expect(after.body == before.body)
                #expect(after.contentType == before.contentType)
                #expect(after.peer == before.peer)
                #expect(after.receivedAt == before.receivedAt)
            }
            #expect(found.last?.decodingProblem != nil)
        }
    }

    @Test func handsOverWhatWasWrongWithABody() async throws {
        try await withJournal(of: FaultyLedger(.holds)) { journal, directory in
            let cut = ReceivedCallback(
                provider: .visengine,
                nonce: try Sample.callback(1).nonce,
                claim: CallbackClaim(orderID: OrderID(rawValue: "70a1b2c3d4e5f60718293a4b")),
                decodingProblem: "callback_too_large",
                body: Array(#"{"data":{"_id":"70a1b2c3d4e5f60718293a4b","nome":"Servi"#.utf8),
                peer: "192.0.2.1",
                receivedAt: Timestamp(milliseconds: 5)
            )
            for callback in [cut, try Sample.callback(1)] { _ = await journal.record(callback) }

            let found = try await recovered(from: directory).callbacks

            #expect(found.map(\.claim) == [cut.claim, try Sample.callback(1).claim])
            #expect(found.map(\.decodingProblem) == ["callback_too_large", nil])
            #expect(found.map(\.body) == [cut.body, try Sample.callback(1).body])
        }
    }

    @Test func handsNothingOverAgainAfterAnOrderlyEnd() async throws {
        try await withTemporaryDirectory { directory in
            let ledger = FaultyLedger()
            let journal = try Journal(
                at: directory,
                ledger: ledger,
                newest: 0,
                configuration: Sample.configuration
            )
            for number in 0..<10 { _ = await journal.record(try Sample.callback(number)) }
            await journal.close()

            #expect(ledger.taken.count == 10, "closing waits for the ledger")
            #expect(try await recovered(from: directory).callbacks.isEmpty)
        }
    }

    @Test func countsOnOverRestartsAndAboveTheLedger() async throws {
        try await withTemporaryDirectory { directory in
            var last: Int64 = 0
            for newest in [0, 0, 1000, 0] as [Int64] {
                let journal = try Journal(
                    at: directory,
                    ledger: FaultyLedger(),
                    newest: newest,
                    configuration: Sample.configuration
                )
                for number in 0..<5 {
                    guard case .accepted(let id) = await journal.record(try Sample.callback(number)) else {
                        Issue.record("not accepted")
                        return
                    }
                    #expect(id > last && id > newest)
                    last = id
                }
                await journal.close()
            }
        }
    }

    /// What became of a file from a place on.
    enum Tear: String, CaseIterable { case cut, zeroed, garbled }

    @Test(arguments: Tear.allCases, [0, 1, 5, 9])
    func takesWhatIsWholeBeforeATear(_ tear: Tear, tenths: Int) async throws {
        try await withJournal(of: FaultyLedger(.holds)) { journal, directory in
            for number in 0..<20 { _ = await journal.record(try Sample.callback(number)) }

            let found = try await recovered(from: directory) { copy in
                let path = try writtenFile(in: copy)
                var bytes = try Data(contentsOf: path)
                let used = (bytes.lastIndex { $0 != 0 } ?? 0) + 1
                let whole = used * tenths / 10
                switch tear {
                case .cut: bytes.removeLast(bytes.count - whole)
                case .zeroed: bytes.replaceSubrange(whole..., with: Data(count: bytes.count - whole))
                case .garbled: bytes.replaceSubrange(whole..., with: bytes[whole...].map { $0 ^ 0x55 })
                }
                try bytes.write(to: path)
            }

            let kept = found.callbacks.count
            #expect(kept >= 20 * tenths / 10 - 1 && kept < 20)
            #expect(found.callbacks.map(\.number) == Array(1...20).prefix(kept).map { $0 })
        }
    }

    @Test func goesRoundADamagedPlace() async throws {
        try await withJournal(of: FaultyLedger(.holds)) { journal, directory in
            for number in 0..<20 { _ = await journal.record(try Sample.callback(number)) }
            var kept: [String] = []

            let found = try await recovered(from: directory) { copy in
                let path = try writtenFile(in: copy)
                var bytes = try Data(contentsOf: path)
                let place = try #require(bytes.range(of: Data("order7\"".utf8)))
                bytes[place.lowerBound] ^= 1
                try bytes.write(to: path)
                kept = try FileManager.default.contentsOfDirectory(atPath: copy)
            }

            #expect(found.callbacks.map(\.number) == (1...20).filter { $0 != 8 })
            #expect(found.statistics.damaged == 1)
            #expect(!kept.isEmpty)
        }
    }

    /// The damage leads whoever looks for the next record through a body that came from outside.
    @Test func takesNoRecordFromABody() async throws {
        try await withJournal(of: FaultyLedger(.holds)) { journal, directory in
            let (number, settled): (Int64, Int64) = (1 << 61, 1 << 60)
            var body = Array(#"{"_id": "order1", "x": ""#.utf8)
            for place in 0..<64 {
                var record: [UInt8] = []
                JournalRecord.append(
                    place % 2 == 0 ? nil : try Sample.callback(99),
                    tag: 0x3156_4352,
                    number: number + Int64(place),
                    settled: settled,
                    to: &record
                )
                body += record
                if place % 8 == 7 { body.append(0x20) }  // Each at each place between two multiples of 8.
            }
            let forged = ReceivedCallback(
                provider: .visengine,
                nonce: nil,
                claim: CallbackClaim(),
                body: body,
                peer: "192.0.2.1",
                receivedAt: Timestamp(milliseconds: 5)
            )
            for callback in [try Sample.callback(0), forged, try Sample.callback(2)] {
                _ = await journal.record(callback)
            }

            let found = try await recovered(from: directory) { copy in
                let path = try writtenFile(in: copy)
                var bytes = try Data(contentsOf: path)
                let place = try #require(bytes.range(of: Data("order1\"".utf8)))
                bytes[place.lowerBound] ^= 1
                try bytes.write(to: path)
            }

            #expect(found.callbacks.map(\.number) == [1, 3])
            #expect(found.statistics.damaged == 1)
        }
    }

    @Test func keepsADamagedPlaceOnceAndTellsOfItUntilItIsBehind() async throws {
        try await withJournal(of: FaultyLedger(.holds)) { journal, directory in
            for number in 0..<5 { _ = await journal.record(try Sample.callback(number)) }
            try await withTemporaryDirectory { parent in
                let copy = "\(parent)/copy"
                try copyJournal(from: directory, to: copy)
                let path = try writtenFile(in: copy)
                var bytes = try Data(contentsOf: path)
                let place = try #require(bytes.range(of: Data("order2\"".utf8)))
                bytes[place.lowerBound] ^= 1
                try bytes.write(to: path)

                for (ledger, damaged) in [
                    (FaultyLedger(.fails), 1), (FaultyLedger(.fails), 1), (FaultyLedger(), 1), (FaultyLedger(), 0),
                ] {
                    let next = try Journal(
                        at: copy,
                        ledger: ledger,
                        newest: 0,
                        configuration: Sample.configuration
                    )
                    #expect(next.statistics.damaged == damaged)
                    await next.close()

                    let names = try FileManager.default.contentsOfDirectory(atPath: copy)
                    #expect(names.filter { $0.hasPrefix("damaged-") }.count == 1)
                }
            }
        }
    }

    @Test func sweepsWhatWasBegunAndRefusesWhatWasRenamed() async throws {
        try await withTemporaryDirectory { directory in
            try Data(count: 100).write(to: URL(fileURLWithPath: "\(directory)/.new-journal-1-00"))
            let begun = try Journal(
                at: directory,
                ledger: FaultyLedger(),
                newest: 0,
                configuration: Sample.configuration
            )
            await begun.close()
            let names = try segments(in: directory)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory).count == names.count + 1)

            try FileManager.default.moveItem(
                atPath: "\(directory)/\(try #require(names.first))",
                toPath: "\(directory)/journal-1.bak"
            )

            let error = #expect(throws: JournalError.self) {
                _ = try Journal(at: directory, ledger: FaultyLedger(), newest: 0)
            }
            #expect(error?.description.contains("journal-1.bak; restore its original name") == true)
        }
    }

    /// The one file in which something is written.
    private func writtenFile(in directory: String) throws -> URL {
        let files = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
            .map { URL(fileURLWithPath: "\(directory)/\($0)") }
        return try #require(try files.first { try Data(contentsOf: $0).contains { $0 != 0 } })
    }
}
