import BaseKit
import Foundation
import RicevutaCore
import SQLiteLedger
import TestSupport
import Testing
import Visengine

/// A database that may not grow any more, as on a full disk.
@Suite(.timeLimit(.minutes(1)))
struct FullDiskTests {
    private static let configuration = LedgerConfiguration(reserveBytes: 0, maxPages: 100)

    @Test func refusesCallbacksAndLosesNoneThatItTook() async throws {
        try await withLedger(Self.configuration) { ledger, directory in
            let taken = try await fill(ledger)

            #expect(!taken.isEmpty)
            #expect(ledger.statistics.isFailing)
            #expect(ledger.statistics.failedCommits > 0)
            try await withLedgerAfterCrash(of: directory) { reopened in
                let callbacks = try await reopened.callbacks()
                #expect(callbacks.map(\.id) == taken)
                let next = await reopened.record(try Sample.callback(id: "more"))
                #expect(next.isRecorded, "with room, all goes on")
            }
        }
    }

    @Test func answersWhatNeedsNoRoom() async throws {
        try await withLedger(Self.configuration) { ledger, _ in
            let taken = try await fill(ledger)

            let again = await ledger.record(try callback(0))

            #expect(again == .duplicate(id: try #require(taken.first)))
            #expect(!ledger.statistics.isFailing)
            #expect(try await ledger.callbacks().first?.repeats == 1)
            #expect(try await ledger.summary(now: Sample.now).callbacks == taken.count, "reading needs none")
        }
    }

    @Test func writesTheOutcomesOfWorkOrSaysThatItCannot() async throws {
        try await withLedger(Self.configuration) { ledger, directory in
            try await ledger.confirmed(.searching, nonce: "m", id: "idm", sinks: "crm")
            let delivery = try #require(try await ledger.leaseDeliveries().first)
            _ = try await fill(ledger)
            let work = try #require(try await ledger.leaseVerifications().first)

            try await ledger.finish(delivery, action: .complete, now: Sample.now)
            try await ledger.postpone(work.lease, until: Sample.now, reason: "the disk is full")
            #expect(try await ledger.deliveries(DeliveryQuery()).map(\.state) == [.delivered])
            var placed = 0
            let error = await #expect(throws: LedgerError.self) {
                for _ in 0..<10_000 {
                    let item = try Sample.item()
                    let name = String(repeating: "x", count: 2000)
                    let poll = Sample.now + .seconds(9)
                    let order = NewOrder(nonce: .random(), provider: .visengine, item: item, itemName: name)
                    _ = try await ledger.placing(order, now: Sample.now, firstPoll: poll)
                    placed += 1
                }
            }

            guard case .storage(_, let reason) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reason.contains("full"))
            let kept = placed + 2
            try await withLedgerAfterCrash(of: directory) { reopened in
                let orders = try await reopened.orders(OrderQuery(limit: 10_000))
                #expect(orders.count == kept, "what was answered is there, and nothing else")
            }
        }
    }

    @Test func takesCallbacksAgainOnceThereIsRoom() async throws {
        try await withTemporaryDirectory { directory in
            let full = try SQLiteStore.open(at: directory, mode: .serve, configuration: Self.configuration)
            let taken = try await fill(full)
            await full.close()

            let ledger = try SQLiteStore.open(at: directory, mode: .serve)

            let next = await ledger.record(try callback(taken.count))
            #expect(next.isRecorded, "the sender's next try")
            #expect(!ledger.statistics.isFailing)
            await ledger.close()
        }
    }

    @Test func keepsAReserveOfTheConfiguredSize() async throws {
        try await withLedger(LedgerConfiguration(reserveBytes: 1 << 16)) { ledger, directory in
            // Made in the background, right before the first checkpoint.
            while ledger.statistics.checkpoints == 0 { await Task.yield() }

            let attributes = try FileManager.default.attributesOfItem(atPath: "\(directory)/ledger.reserve")
            #expect(attributes[.size] as? Int == 1 << 16)
        }
    }

    /// Records callbacks until one is refused.
    ///
    /// - Returns: The numbers of those that were taken.
    private func fill(_ ledger: SQLiteStore) async throws -> [Int64] {
        var taken: [Int64] = []
        for number in 0..<1000 {
            let outcome = await ledger.record(try callback(number))
            guard let id = outcome.id else {
                #expect(outcome == .failed)
                return taken
            }
            taken.append(id)
        }
        Issue.record("the ledger was never full")
        return taken
    }

    private func callback(_ number: Int) throws -> ReceivedCallback {
        try Sample.callback(id: "id\(number)", body: String(repeating: "\(number) ", count: 3000))
    }
}
