import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

/// What is kept of attempts, and how deliveries are found.
@Suite(.timeLimit(.minutes(1)))
struct AttemptTests {
    private func entry(_ number: Int, at now: Timestamp, body: String? = "{\"error\":\"no\"}") -> AttemptEntry {
        AttemptEntry(
            number: number,
            startedAt: now,
            duration: .milliseconds(1234),
            outcome: .failed,
            status: 503,
            body: body,
            error: "the endpoint answered 503"
        )
    }

    @Test(arguments: LedgerKind.allCases)
    func keepsTheNewestAttemptsOfADelivery(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            try await ledger.confirmed(.searching, sinks: "crm")
            let id = try #require(try await ledger.deliveries(DeliveryQuery()).first?.id)
            #expect(try await ledger.attempts(ofDelivery: id) == [])
            var now = Sample.now
            var made: [AttemptEntry] = []
            for number in 1...AttemptEntry.kept + 3 {
                let work = try #require(try await ledger.leaseDeliveries(at: now).first)
                made.append(entry(number, at: now, body: number.isMultiple(of: 2) ? nil : "è\u{1B}[31m\n"))
                let action = DeliveryRetryPolicy.Action.retry(after: .seconds(1), reason: "503")
                try await ledger.finish(work, action: action, attempt: try #require(made.last), now: now)
                now = now + .seconds(1)
            }

            #expect(try await ledger.attempts(ofDelivery: id) == Array(made.suffix(AttemptEntry.kept)))
            #expect(try await ledger.attempts(ofDelivery: "dlv_x") == [])
            try await withLedgerAfterCrash(of: process) { ledger in
                let kept = try await ledger.attempts(ofDelivery: id)
                #expect(kept.count == AttemptEntry.kept)
            }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func anAttemptAndItsOutcomeAreRecordedTogether(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            try await ledger.confirmed(.searching, sinks: "crm")
            let work = try #require(try await ledger.leaseDeliveries().first)

            try await process.whileItCannotWrite {
                await #expect(throws: LedgerError.self) {
                    try await ledger.finish(work, action: .complete, now: Sample.now)
                }
            }

            #expect(try await ledger.attempts(ofDelivery: work.deliveryID) == [])
            try await ledger.finish(work, action: .complete, now: Sample.now)
            #expect(try await ledger.attempts(ofDelivery: work.deliveryID).map(\.outcome) == [.accepted])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func forgetsOldAttempts(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.searching, sinks: "crm")
            let id = try #require(try await ledger.deliveries(DeliveryQuery()).first?.id)
            for second in 0..<6 {
                let now = Sample.now + .seconds(second)
                let work = try #require(try await ledger.leaseDeliveries(at: now).first)
                let action = DeliveryRetryPolicy.Action.retry(after: .seconds(1), reason: "503")
                try await ledger.finish(work, action: action, attempt: entry(second + 1, at: now), now: now)
            }
            let time = Sample.now + .seconds(4)

            let first = try await ledger.forget(.attempts, before: time, after: 0, limit: 3)
            #expect(first.changed == 3)
            let next = try #require(first.next)
            let second = try await ledger.forget(.attempts, before: time, after: next, limit: 3)
            #expect(second.changed == 1)
            #expect(second.next == nil)

            #expect(try await ledger.attempts(ofDelivery: id).map(\.number) == [5, 6])
            #expect(try await ledger.delivery(matching: id)?.attempts == 6)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func findsADeliveryByTheBeginningOfItsID(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            for nonce in "abcdefghijklmnopqrstuvwxyz" {
                try await ledger.confirmed(.searching, nonce: nonce, id: "id\(nonce)", sinks: "crm", "files", "x", "y")
            }
            let all = try await ledger.deliveries(DeliveryQuery(limit: 1000))
            try #require(all.count == 104)

            for entry in all {
                #expect(try await ledger.delivery(matching: entry.id) == entry)
                #expect(try await ledger.delivery(matching: String(entry.id.prefix(14))) == entry)
                #expect(try await ledger.delivery(matching: String(entry.id.dropFirst(4).prefix(10))) == entry)
            }
            for none in ["", "dlv_", "dlv_!", "é", String(repeating: "A", count: 40)] {
                #expect(try await ledger.delivery(matching: none) == nil, "\(none)")
            }
            // There are 64 letters, and more deliveries.
            let letters = Dictionary(grouping: all) { $0.id.dropFirst(4).prefix(1) }
            let (letter, ambiguous) = try #require(letters.first { $0.value.count > 1 })
            let ids = Array(ambiguous.map(\.id).sorted().prefix(3))
            await expect(.ambiguous(what: "delivery", name: String(letter), candidates: ids)) {
                _ = try await ledger.delivery(matching: String(letter))
            }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func listsDeliveriesByWhatTheyAreAboutAndInPages(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            for (number, nonce) in "abc".enumerated() {
                let at = Sample.now + .seconds(number)
                try await ledger.confirmed(.searching, nonce: nonce, id: "id\(nonce)", sinks: "crm", at: at)
            }
            let all = try await ledger.deliveries(DeliveryQuery())
            try #require(all.count == 3)

            let since = try await ledger.deliveries(DeliveryQuery(since: Sample.now + .seconds(1)))
            #expect(since == Array(all.prefix(2)))
            #expect(try await ledger.deliveries(DeliveryQuery(before: all[0].id, limit: 1)) == [all[1]])
            #expect(try await ledger.deliveries(DeliveryQuery(before: all[2].id)) == [])
            #expect(try await ledger.deliveries(DeliveryQuery(type: .orderUpdated)) == all)
            #expect(try await ledger.deliveries(DeliveryQuery(type: .documentAvailable)) == [])
            #expect(try await ledger.deliveries(DeliveryQuery(item: try Sample.item().rawValue)) == [])
            try await ledger.placing("d", at: Sample.now)
            try await ledger.confirmed(.searching, nonce: "d", id: "idd", sinks: "crm")
            let ofItem = try await ledger.deliveries(DeliveryQuery(item: try Sample.item().rawValue))
            #expect(ofItem.map(\.notification.orderID.rawValue) == ["idd"])
            #expect(try await ledger.deliveries(DeliveryQuery(item: "Visura")) == ofItem)
        }
    }
}
