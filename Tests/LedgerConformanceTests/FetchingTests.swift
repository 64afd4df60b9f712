import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1)))
struct FetchingTests {
    @Test(arguments: LedgerKind.allCases)
    func tellsEachSinkOnceOfADocument(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            let order = try await ledger.confirmed(.fulfilled)
            let work = try #require(try await ledger.leaseFetches().first)
            #expect(work.order == order)
            let routing = try Sample.routing(["crm", "files"])

            try await ledger.stored(Sample.document, for: work, routing: routing, now: Sample.now)

            #expect(try await ledger.order().document == .stored)
            let deliveries = try await ledger.deliveries(DeliveryQuery())
            #expect(deliveries.map(\.sink.rawValue) == ["files", "crm"])
            #expect(deliveries.allSatisfy { $0.notification.type == .documentAvailable })
            #expect(deliveries.allSatisfy { $0.notification.document == Sample.document })
            #expect(try await ledger.summary(now: Sample.now).jobsByKind == ["deliver": 2])
            await expect(.leaseLost(job: work.lease.job)) {
                try await ledger.stored(Sample.document, for: work, routing: routing, now: Sample.now)
            }
            #expect(try await ledger.deliveries(DeliveryQuery()).count == 2)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func fetchesAgainAfterACrashAndTellsOnce(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            try await ledger.confirmed(.fulfilled)
            let before = try #require(try await ledger.leaseFetches().first)
            let routing = try Sample.routing(["crm"])

            try await withLedgerAfterCrash(of: process) { ledger in
                let again = try #require(try await ledger.leaseFetches().first)
                await expect(.leaseLost(job: before.lease.job)) {
                    try await ledger.stored(Sample.document, for: before, routing: routing, now: Sample.now)
                }
                try await ledger.stored(Sample.document, for: again, routing: routing, now: Sample.now)
                #expect(try await ledger.deliveries(DeliveryQuery()).count == 1)
                #expect(try await ledger.documents(ofOrder: nil, limit: 9).count == 1)
            }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func makesOneFetchHoweverOftenTheOrderIsRead(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.available)
            let work = try #require(try await ledger.leaseFetches().first)
            try await ledger.stored(Sample.document, for: work, routing: DeliveryRouting([]), now: Sample.now)

            try await ledger.confirmed(.fulfilled, at: Sample.now + .seconds(600))

            #expect(try await ledger.order().document == .stored)
            #expect(try await ledger.leaseFetches(at: Sample.now + .seconds(9999)) == [])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func triesAgainAfterADocumentWasQuarantined(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            let order = try await ledger.confirmed(.fulfilled)
            let work = try #require(try await ledger.leaseFetches().first)
            let quarantined = QuarantinedDocument(
                reason: "wrong length: 3 bytes, 4 announced",
                path: "quarantine/1",
                size: 3
            )
            let retryAt = Sample.now + .seconds(30)

            try await ledger.quarantined(quarantined, for: work, retryAt: retryAt, now: Sample.now)

            #expect(try await ledger.order().document == .due)
            #expect(try await ledger.deliveries(DeliveryQuery()) == [], "damage is never delivered")
            #expect(try await ledger.leaseFetches(at: retryAt - .milliseconds(1)) == [])
            let again = try #require(try await ledger.leaseFetches(at: retryAt).first)
            #expect(again.lease.attempt == 2)
            try await ledger.stored(Sample.document, for: again, routing: Sample.routing(["crm"]), now: retryAt)
            #expect(
                try await ledger.documents(ofOrder: order.key, limit: 9) == [
                    DocumentEntry(
                        orderKey: order.key,
                        orderID: order.id,
                        document: Sample.document,
                        recordedAt: retryAt
                    ),
                    DocumentEntry(
                        orderKey: order.key,
                        orderID: order.id,
                        document: nil,
                        quarantined: quarantined,
                        recordedAt: Sample.now
                    ),
                ]
            )
            let summary = try await ledger.summary(now: Sample.now)
            #expect(summary.documents == 1)
            #expect(summary.quarantined == 0, "the order has its document")
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func waitsForADocumentThatIsNotThereYet(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.available)
            let work = try #require(try await ledger.leaseFetches().first)

            try await ledger.postpone(work.lease, until: Sample.now + .seconds(5), reason: "not yet available")

            #expect(try await ledger.leaseFetches(at: Sample.now + .milliseconds(4999)) == [])
            #expect(try await ledger.leaseFetches(at: Sample.now + .seconds(5)).map(\.lease.attempt) == [2])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func givesUpUntilTheOrderMovesOn(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.available, sinks: "crm")
            let work = try #require(try await ledger.leaseFetches().first)

            try await ledger.abandonFetch(work, reason: "not found", now: Sample.now)

            #expect(try await ledger.order().document == .failed)
            #expect(try await ledger.leaseFetches(at: Sample.now + .seconds(9999)) == [])
            try await ledger.confirmed(.available, sinks: "crm", at: Sample.now + .seconds(600))
            #expect(try await ledger.leaseFetches(at: Sample.now + .seconds(9999)) == [])
            try await ledger.confirmed(.fulfilled, sinks: "crm", at: Sample.now + .seconds(1200))
            #expect(try await ledger.leaseFetches(at: Sample.now + .seconds(1200)).count == 1)
            #expect(try await ledger.order().document == .due)
            #expect(
                try await ledger.deliveries(DeliveryQuery()).allSatisfy { $0.notification.type == .orderUpdated }
            )
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func theSameQuarantinedContentIsOneEntryHoweverOftenItComes(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            let order = try await ledger.confirmed(.fulfilled)
            var now = Sample.now
            for path in ["quarantine/1", "quarantine/1", "quarantine/2", "quarantine/1"] {
                let work = try #require(try await ledger.leaseFetches(at: now).first)
                let document = QuarantinedDocument(reason: "wrong length: 3 bytes, 4 announced", path: path, size: 3)
                now = now + .seconds(30)
                try await ledger.quarantined(document, for: work, retryAt: now, now: now)
            }

            let entries = try await ledger.documents(ofOrder: order.key, limit: 9)
            #expect(entries.map(\.quarantined?.path) == ["quarantine/1", "quarantine/2"])
            #expect(entries.map(\.recordedAt) == [now, now - .seconds(30)], "each as it was seen last")
            #expect(try await ledger.summary(now: now).quarantined == 2)

            #expect(try await ledger.forget(.quarantine, before: now, after: 0, limit: 9).changed == 1)
            #expect(
                try await ledger.documents(ofOrder: order.key, limit: 9).map(\.quarantined?.path) == ["quarantine/1"]
            )
            #expect(try await ledger.forget(.quarantine, before: now, after: 0, limit: 9) == (0, nil))
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func aDocumentThatWasGivenUpIsFetchedWhenAnOperatorSaysSo(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            let order = try await ledger.confirmed(.fulfilled)
            let id = try Sample.id().rawValue
            let work = try #require(try await ledger.leaseFetches().first)
            #expect(work.maxBytes == nil)
            try await ledger.abandonFetch(work, reason: "too large", now: Sample.now)
            #expect(try await ledger.leaseFetches(at: Sample.now + .seconds(9999)) == [])

            // Beside the process that serves, as a command does it.
            try await process.withCommand { command in
                let first = try await command.fetchAgain(id, maxBytes: 5000, now: Sample.now)
                let second = try await command.fetchAgain(id, maxBytes: nil, now: Sample.now)
                #expect(first.key == order.key)
                #expect(second.document == .due)
                await expect(.notFound(what: "order", name: "x")) {
                    try await command.fetchAgain("x", maxBytes: nil, now: Sample.now)
                }
            }

            let again = try #require(try await ledger.leaseFetches().first)
            #expect(again.maxBytes == 5000, "the limit stays until it is set anew")
            try await ledger.stored(Sample.document, for: again, routing: DeliveryRouting([]), now: Sample.now)
            await #expect(throws: LedgerError.self) { try await ledger.fetchAgain(id, maxBytes: nil, now: Sample.now) }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func anOrderWithoutADocumentHasNoneToFetch(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.searching)
            let id = try Sample.id().rawValue
            await expect(.conflict("the order's document is not available at the provider yet")) {
                try await ledger.fetchAgain(id, maxBytes: nil, now: Sample.now)
            }
            #expect(try await ledger.leaseFetches() == [])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func aLostDocumentIsFetchedAgainAndNobodyIsToldTwice(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            let order = try await ledger.confirmed(.fulfilled)
            let routing = try Sample.routing(["crm"])
            let work = try #require(try await ledger.leaseFetches().first)
            try await ledger.stored(Sample.document, for: work, routing: routing, now: Sample.now)

            try await process.withCommand { command in
                try await command.fetchLost([order.key, 999], now: Sample.now)
                try await command.fetchLost([order.key], now: Sample.now)
            }
            #expect(try await ledger.documents(ofOrder: order.key, limit: 9).map(\.document) == [Sample.document])
            let again = try #require(try await ledger.leaseFetches().first)
            // The provider makes a zip anew each time.
            var other = Sample.document
            other.sha256 = String(repeating: "9", count: 64)
            other.size = 77
            try await ledger.stored(other, for: again, routing: routing, now: Sample.now + .seconds(5))

            #expect(try await ledger.documents(ofOrder: order.key, limit: 9).map(\.document) == [other])
            #expect(try await ledger.order(named: String(order.key))?.document == .stored)
            let deliveries = try await ledger.deliveries(DeliveryQuery())
            let documents = deliveries.filter { $0.notification.type == .documentAvailable }
            #expect(documents.map(\.notification.document) == [other])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func aQuarantinedContentIsForgottenWhenAnOperatorSaysSo(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            let order = try await ledger.confirmed(.fulfilled)
            let work = try #require(try await ledger.leaseFetches().first)
            let bad = QuarantinedDocument(reason: "truncated", path: "quarantine/ab.document", size: 5)
            try await ledger.quarantined(bad, for: work, retryAt: Sample.now + .seconds(60), now: Sample.now)
            #expect(try await ledger.summary(now: Sample.now).quarantined == 1)

            try await process.withCommand { command in
                try await command.forgetQuarantined(["quarantine/other.document"])
                #expect(try await command.documents(ofOrder: order.key, limit: 9).map(\.quarantined) == [bad])
                try await command.forgetQuarantined([bad.path])
            }

            #expect(try await ledger.summary(now: Sample.now).quarantined == 0)
            #expect(try await ledger.documents(ofOrder: nil, limit: 9) == [])
        }
    }
}
