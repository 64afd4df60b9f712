import Foundation
import RicevutaCore
import SQLiteLedger
import TestSupport
import Testing

/// A write-ahead log that ends anywhere: what a crash of the machine leaves of writes that were under way.
@Suite(.timeLimit(.minutes(1)))
struct TornLogTests {
    /// Enough that they overwrite what is left of the log from making the tables.
    private static let count = 60

    /// What became of the log from a place on.
    enum Tear: String, CaseIterable { case cut, zeroed, garbled }

    @Test(arguments: Tear.allCases, [0, 1, 3, 5, 7, 8, 9])
    func opensWithAllThatWasWhole(_ tear: Tear, tenths: Int) async throws {
        try await withLedger { ledger, directory in
            for number in 0..<Self.count { _ = await ledger.record(try Sample.callback("m", id: "id\(number)")) }

            try await withTemporaryDirectory { parent in
                let copy = "\(parent)/copy"
                try copyLedger(from: directory, to: copy)
                try apply(tear, toLogAt: "\(copy)/ledger.sqlite-wal", from: tenths)
                let reopened = try SQLiteStore.open(at: copy, mode: .serve)

                let kept = try await reopened.summary(now: Sample.now)
                #expect(kept.callbacks < Self.count)
                #expect(kept.callbacks > 0 || tenths < 9)
                #expect(kept.jobsByKind["verify"] == (kept.callbacks > 0 ? 1 : nil), "never one without the other")
                if kept.callbacks > 0 {
                    #expect(try await reopened.callbacks(of: "m").map(\.id) == Array(1...Int64(kept.callbacks)))
                }
                let lost = await reopened.record(try Sample.callback("m", id: "id\(Self.count - 1)"))
                #expect(lost.isRecorded, "what was lost can come again")
                await reopened.close()
            }
        }
    }

    private func apply(_ tear: Tear, toLogAt path: String, from tenths: Int) throws {
        var log = try Data(contentsOf: URL(fileURLWithPath: path))
        let whole = log.count * tenths / 10
        switch tear {
        case .cut: log.removeLast(log.count - whole)
        case .zeroed: log.replaceSubrange(whole..., with: Data(count: log.count - whole))
        case .garbled: log.replaceSubrange(whole..., with: log[whole...].map { $0 ^ 0x55 })
        }
        try log.write(to: URL(fileURLWithPath: path))
    }
}
