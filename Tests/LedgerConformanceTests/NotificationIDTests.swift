import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

/// A notification's id follows from the fact that it tells.
@Suite(.timeLimit(.minutes(1)))
struct NotificationIDTests {
    /// What a new ledger tells of an order that the API shows in these states, one after another, oldest first.
    private func told(
        _ kind: LedgerKind,
        _ states: [OrderState],
        document: StoredDocument? = nil
    ) async throws -> [Notification] {
        try await withLedger(kind) { ledger, _ in
            var at = Sample.now
            for state in states {
                _ = await ledger.record(try Sample.callback(state: state, update: at))
                let work = try #require(try await ledger.leaseVerifications(at: at).first)
                _ = try await ledger.confirm(
                    work,
                    reading: try Sample.reading(state, update: at),
                    binding: .bind,
                    context: try Sample.context("crm", at: at)
                )
                at = at + .seconds(100)
            }
            if let document {
                let work = try #require(try await ledger.leaseFetches(at: at).first)
                try await ledger.stored(document, for: work, routing: Sample.routing(["crm"]), now: at)
            }
            return try await ledger.deliveries(DeliveryQuery()).map(\.notification).reversed()
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func isTheSameInALedgerThatLearnsTheFactAnew(_ kind: LedgerKind) async throws {
        let first = try await told(kind, [.searching, .available, .fulfilled], document: Sample.document)
        // The other one was restored from a copy, and sees less of the way.
        let second = try await told(kind, [.available, .fulfilled], document: Sample.document)

        #expect(first.map(\.type) == [.orderUpdated, .orderUpdated, .orderUpdated, .documentAvailable])
        #expect(second.map(\.id) == Array(first.map(\.id).dropFirst()))
        #expect(Set(first.map(\.id)).count == 4)
        #expect(first.allSatisfy { $0.id.hasPrefix("msg_") && $0.id.utf8.count == 26 })
    }

    @Test(arguments: LedgerKind.allCases)
    func isAnotherForAStateThatComesBack(_ kind: LedgerKind) async throws {
        let odd = OrderState(name: "In attesa")
        let told = try await told(kind, [.available, odd, .available, odd])

        #expect(told.map(\.state) == [.available, odd, .available, odd])
        #expect(Set(told.map(\.id)).count == 4)
        let again = try await self.told(kind, [.available, odd, .available, odd])
        #expect(again.map(\.id) == told.map(\.id))
    }

    @Test(arguments: LedgerKind.allCases)
    func isAnotherForAnotherContent(_ kind: LedgerKind) async throws {
        var other = Sample.document
        other.sha256 = String(repeating: "0b", count: 32)

        let first = try await told(kind, [.available], document: Sample.document).last
        let second = try await told(kind, [.available], document: other).last

        #expect(first?.id != second?.id)
    }
}
