import Foundation
import RicevutaCore
import TestSupport
import Testing

@testable import CallbackJournal

/// Records of a newer program's version: they are whole, and cannot be read.
@Suite(.timeLimit(.minutes(1)))
struct VersionTests {
    /// Which record of a segment is of the other version.
    enum Place: CaseIterable { case header, middle, last }

    @Test(arguments: Place.allCases)
    func refusesToOpenAndChangesNothing(_ place: Place) async throws {
        try await withJournal(of: FaultyLedger(.holds)) { journal, directory in
            for number in 0..<3 { _ = await journal.record(try Sample.callback(number)) }
            try await withTemporaryDirectory { parent in
                let copy = "\(parent)/copy"
                try copyJournal(from: directory, to: copy)
                let path = "\(copy)/\(try #require(segments(in: copy).first))"
                let before = try contents(of: copy)
                try setVersion(7, of: place, in: path)
                let changed = try contents(of: copy)

                let error = JournalError.tooNew(file: path, version: 7)
                #expect(error.description.contains("run that version or a newer one"))
                #expect(throws: error) {
                    try Journal(at: copy, ledger: FaultyLedger(), newest: 0, configuration: Sample.configuration)
                }
                #expect(try contents(of: copy) == changed, "nothing is given up, copied or written")

                try setVersion(JournalRecord.version, of: place, in: path)
                #expect(try contents(of: copy) == before)
                #expect(try await recovered(from: copy).callbacks.map(\.number) == [1, 2, 3])
            }
        }
    }

    @Test func leavesAQuarantinedCallbackWhereItIs() async throws {
        try await withTemporaryDirectory { directory in
            let first = try Journal(
                at: directory,
                ledger: FaultyLedger { _ in true },
                newest: 0,
                configuration: Sample.configuration
            )
            _ = await first.record(try Sample.callback(1))
            await first.close()
            let names = try FileManager.default.contentsOfDirectory(atPath: directory)
            let path = "\(directory)/\(try #require(names.first { $0.hasPrefix("quarantined-") }))"
            try setVersion(7, of: .header, in: path)

            let ledger = FaultyLedger()
            let next = try Journal(at: directory, ledger: ledger, newest: 0, configuration: Sample.configuration)
            await next.close()
            #expect(ledger.taken.isEmpty)

            try setVersion(JournalRecord.version, of: .header, in: path)
            let last = try Journal(at: directory, ledger: ledger, newest: 0, configuration: Sample.configuration)
            await last.close()
            #expect(ledger.taken.map(\.number) == [1])
            #expect(ledger.position == 0, "it came out of order, and says nothing about the others")
        }
    }

    /// Gives a record another version, and the checksum that goes with it.
    private func setVersion(_ version: UInt8, of place: Place, in path: String) throws {
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        let tag = JournalRecord.tag(at: bytes)
        var starts: [Int] = []
        var position = 0
        while let record = JournalRecord(reading: bytes, at: position, tag: tag) {
            starts.append(position)
            position = record.end
        }
        let start =
            switch place {
            case .header: starts[0]
            case .middle: starts[1]
            case .last: starts[starts.count - 1]
            }
        bytes[start + 32] = version
        let end = start + 36 + bytes[start + 24..<start + 28].reversed().reduce(0) { $0 << 8 | Int($1) }
        let checksum = CRC32C.checksum(bytes, start..<start + 28, start + 32..<end)
        for byte in 0..<4 { bytes[start + 28 + byte] = UInt8(truncatingIfNeeded: checksum >> (8 * UInt32(byte))) }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    private func contents(of directory: String) throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory)
        return try Dictionary(
            uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\($0)"))) }
        )
    }
}
