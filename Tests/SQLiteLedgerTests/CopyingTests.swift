import BaseKit
import Foundation
import RicevutaCore
import SQLiteLedger
import TestSupport
import Testing
import Visengine

/// A ledger's copy, made while it serves.
@Suite(.timeLimit(.minutes(1)))
struct CopyingTests {
    @Test func aCopyHoldsWhatWasCommittedAndTheLedgerGoesOn() async throws {
        try await withLedger { ledger, directory in
            try await withTemporaryDirectory { target in
                for _ in 1...3 { try await place(ledger) }
                let size = try logSize(of: directory)

                let inventory = try SQLiteStore.copy(from: directory, to: target)

                #expect(inventory.orders.count == 3)
                #expect(try logSize(of: directory) == size, "nothing was checkpointed")
                #expect(try FileManager.default.contentsOfDirectory(atPath: target) == ["ledger.sqlite"])
                try await place(ledger)
                #expect(try SQLiteStore.inventory(at: directory).orders.count == 4)
                #expect(try SQLiteStore.problems(at: target) == [])
                let copy = try SQLiteStore.open(at: target, mode: .inspect)
                #expect(try await copy.orders(OrderQuery()).count == 3)
                await copy.close()
            }
        }
    }

    @Test func aDamagedCopyIsFound() async throws {
        try await withLedger { ledger, directory in
            try await withTemporaryDirectory { target in
                for _ in 1...200 { try await place(ledger) }
                _ = try SQLiteStore.copy(from: directory, to: target)
                let path = URL(fileURLWithPath: target + "/ledger.sqlite")
                var bytes = try Data(contentsOf: path)
                for offset in stride(from: 4096 * 3, to: bytes.count, by: 4096) {
                    bytes.replaceSubrange(offset + 8..<offset + 64, with: repeatElement(0xA5, count: 56))
                }
                try bytes.write(to: path)

                var problems: [String] = []
                do { problems = try SQLiteStore.problems(at: target) } catch { problems = ["\(error)"] }
                #expect(!problems.isEmpty)
            }
        }
    }

    private func place(_ ledger: SQLiteStore) async throws {
        let item = try #require(ItemHash(rawValue: "item"))
        let order = NewOrder(nonce: .random(), provider: .visengine, item: item, itemName: "An item")
        _ = try await ledger.placing(order, now: .now(), firstPoll: .now())
    }

    private func logSize(of directory: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: "\(directory)/ledger.sqlite-wal")[.size] as? Int
    }
}
