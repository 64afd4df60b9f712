import BaseKit
import Foundation
import RicevutaCore
import SQLiteLedger
import TestSupport
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1)))
struct OpeningTests {
    @Test func makesWhatIsMissingForItsOwnerOnly() async throws {
        try await withTemporaryDirectory { directory in
            let ledger = try SQLiteStore.open(at: "\(directory)/made/ledger", mode: .serve)

            #expect(ledger.location == "\(directory)/made/ledger/ledger.sqlite")
            #expect(try permissions(of: "\(directory)/made/ledger") == 0o700)
            for name in try FileManager.default.contentsOfDirectory(atPath: "\(directory)/made/ledger") {
                #expect(try permissions(of: "\(directory)/made/ledger/\(name)") == 0o600, "\(name)")
            }
            await ledger.close()
        }
    }

    @Test func isServedByOneAtATime() async throws {
        try await withLedger { first, directory in
            await expect(.inUse(location: first.location)) { try SQLiteStore.open(at: directory, mode: .serve) }
            await first.close()

            let second = try SQLiteStore.open(at: directory, mode: .serve)
            await expect(.inUse(location: first.location)) { try SQLiteStore.open(at: directory, mode: .serve) }
            await second.close()
        }
    }

    @Test func isServedByOneAtATimeWhateverIsRemoved() async throws {
        try await withLedger { first, directory in
            for name in try FileManager.default.contentsOfDirectory(atPath: directory)
            where !name.hasPrefix("ledger.sqlite") {
                try FileManager.default.removeItem(atPath: "\(directory)/\(name)")
            }

            await expect(.inUse(location: first.location)) { try SQLiteStore.open(at: directory, mode: .serve) }
        }
    }

    @Test func findsEverythingAgain() async throws {
        try await withLedger { ledger, directory in
            try await ledger.placing("m")
            try await ledger.confirmed(.available, sinks: "crm")
            let before = try await everything(in: ledger)
            await ledger.close()

            let reopened = try SQLiteStore.open(at: directory, mode: .serve)

            #expect(try await everything(in: reopened) == before)
            await reopened.close()
        }
    }

    @Test func servesOperatorsBesideTheServingProcess() async throws {
        try await withLedger { ledger, directory in
            try await ledger.confirmed(.available, sinks: "crm")
            let work = try #require(try await ledger.leaseDeliveries().first)
            try await ledger.finish(work, action: .complete, now: Sample.now)
            let operating = try SQLiteStore.open(at: directory, mode: .operate)

            let replayed = try await operating.replay(delivery: work.deliveryID, now: Sample.now)

            #expect(try await ledger.leaseDeliveries().map(\.deliveryID) == [replayed])
            #expect(try await operating.orders(OrderQuery()) == ledger.orders(OrderQuery()))
            await operating.close()
            #expect(await ledger.record(try Sample.callback(id: "after")).isRecorded)
        }
    }

    @Test func takesNoJobsForAnOperator() async throws {
        try await withTemporaryDirectory { directory in
            let ledger = try SQLiteStore.open(at: directory, mode: .operate)
            try await ledger.placing()

            await #expect(throws: LedgerError.self) {
                try await ledger.leaseVerifications(at: Sample.now + .seconds(9999))
            }
            await ledger.close()
        }
    }

    @Test(arguments: ["this is no database, whatever its name says", String(repeating: "\u{0}", count: 5000)])
    func saysWhenTheFileIsNoDatabase(content: String) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/ledger.sqlite"
            let content = Data(String(repeating: content, count: 100).utf8)
            try content.write(to: URL(fileURLWithPath: path))

            let error = #expect(throws: LedgerError.self) { try SQLiteStore.open(at: directory, mode: .serve) }

            guard case .cannotOpen(let named, let reason) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(named == path)
            #expect(reason.contains("restore it from a backup"))
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == content, "nobody's file is overwritten")
        }
    }

    @Test func givesTheLedgerFreeWhenItIsDroppedWithoutClosing() async throws {
        try await withTemporaryDirectory { directory in
            let outcome = await (try SQLiteStore.open(at: directory, mode: .serve)).record(try Sample.callback())

            var reopened: SQLiteStore?
            while reopened == nil {
                reopened = try? SQLiteStore.open(at: directory, mode: .serve)  // In use until its thread has ended.
                await Task.yield()
            }

            #expect(try await reopened?.callbacks().map(\.id) == [try #require(outcome.id)])
            await reopened?.close()
        }
    }

    @Test func takesAnEmptyFileForANewLedger() async throws {
        try await withTemporaryDirectory { directory in
            try Data().write(to: URL(fileURLWithPath: "\(directory)/ledger.sqlite"))

            let ledger = try SQLiteStore.open(at: directory, mode: .serve)

            #expect(await ledger.record(try Sample.callback()).isRecorded)
            await ledger.close()
        }
    }

    @Test func saysWhenTheDirectoryIsAFile() throws {
        try withTemporaryDirectory { directory in
            try Data().write(to: URL(fileURLWithPath: "\(directory)/file"))

            for path in ["\(directory)/file", "\(directory)/file/below"] {
                let error = #expect(throws: LedgerError.self) { try SQLiteStore.open(at: path, mode: .serve) }
                guard case .cannotOpen = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
            }
        }
    }

    @Test func letsAFailedOpeningHoldNoLock() async throws {
        try await withTemporaryDirectory { directory in
            let path = URL(fileURLWithPath: "\(directory)/ledger.sqlite")
            try Data(String(repeating: "no database", count: 1000).utf8).write(to: path)
            #expect(throws: LedgerError.self) { try SQLiteStore.open(at: directory, mode: .serve) }
            try FileManager.default.removeItem(at: path)

            let ledger = try SQLiteStore.open(at: directory, mode: .serve)

            await ledger.close()
        }
    }

    private struct Everything: Equatable {
        let orders: [OrderRecord]
        let deliveries: [DeliveryEntry]
        let callbacks: [CallbackEntry]
        let summary: LedgerSummary
    }

    private func everything(in ledger: SQLiteStore) async throws -> Everything {
        Everything(
            orders: try await ledger.orders(OrderQuery()),
            deliveries: try await ledger.deliveries(DeliveryQuery()),
            callbacks: try await ledger.callbacks(),
            summary: try await ledger.summary(now: Sample.now)
        )
    }

    private func permissions(of path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
}
