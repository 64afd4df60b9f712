import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

/// Reading orders back although nothing is due: after a time in which nothing ran, and for an operator.
@Suite(.timeLimit(.minutes(1)))
struct CatchUpTests {
    @Test(arguments: LedgerKind.allCases)
    func readsAllOpenOrdersAfterAStartOneAfterAnother(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            for (place, nonce) in "abc".enumerated() {
                let at = Sample.now + .seconds(place)
                try await ledger.confirmed(.searching, nonce: nonce, id: "id\(nonce)", at: at)
            }
            try await ledger.confirmed(.fulfilled, nonce: "f", id: "idf")
            let ledger = try await process.restarted().ledger
            let now = Sample.now + .seconds(30)
            #expect(try await ledger.leaseVerifications(at: now).isEmpty, "the next poll is minutes away")

            let found = try await ledger.catchUp(spacing: .seconds(5), now: now)

            #expect(found.orders == 3)
            #expect(try await ledger.leaseVerifications(at: now).map(\.order.nonce) == [try Sample.nonce("a")])
            let later = try await ledger.leaseVerifications(at: now + .seconds(10))
            #expect(later.map(\.order.nonce) == [try Sample.nonce("b"), try Sample.nonce("c")])
            #expect(later.allSatisfy { $0.trigger == .poll })
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func readsNoOrderSoonerThanItMayAndPutsNoneOff(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.searching, nonce: "a", id: "ida")
            _ = await ledger.record(try Sample.callback("b", id: "idb", state: .searching))

            let found = try await ledger.catchUp(spacing: .seconds(3600), now: Sample.now + .seconds(1))

            #expect(found.orders == 2, "with the one that is due already")
            let due = try await ledger.leaseVerifications(at: Sample.now + .seconds(1))
            #expect(due.map(\.order.nonce) == [try Sample.nonce("b")])
            #expect(due.map(\.trigger) == [.callback])
            #expect(try await ledger.leaseVerifications(at: Sample.now + .seconds(9)).isEmpty)
            #expect(try await ledger.leaseVerifications(at: Sample.now + .seconds(10)).count == 1)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func readsAnOrderBackForAnOperatorWhateverItWaitsFor(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            let open = try await ledger.confirmed(.searching, nonce: "a", id: "ida")
            let over = try await ledger.confirmed(.fulfilled, nonce: "f", id: "idf")
            let now = Sample.now + .seconds(1)

            try await process.withCommand {
                try await $0.refresh([open.key, over.key], spacing: .seconds(5), now: now)
            }

            let first = try await ledger.leaseVerifications(at: now)
            #expect(first.map(\.order.key) == [open.key])
            #expect(first.map(\.trigger) == [.refresh])
            let second = try #require(try await ledger.leaseVerifications(at: now + .seconds(5)).first)
            #expect(second.order.key == over.key)
            let context = try Sample.context(at: now + .seconds(5))
            let reading = try Sample.reading(.fulfilled, id: "idf")
            let advance = try await ledger.confirm(second, reading: reading, binding: .bind, context: context)
            #expect(advance.alarms == [])
            #expect(try await ledger.work(ofOrder: over.key).jobs.map(\.kind) == [.fetch], "once is enough")
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func readsAllOfSomeOrdersOrNone(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            let open = try await ledger.confirmed(.searching)

            await expect(.notFound(what: "order", name: "99")) {
                try await ledger.refresh([open.key, 99], spacing: .zero, now: Sample.now + .seconds(1))
            }

            #expect(try await ledger.leaseVerifications(at: Sample.now + .seconds(1)).isEmpty)
            #expect(try await ledger.history(ofOrder: open.key, limit: 9).count == 1)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func aCallbackStaysTheCauseOfAReadBack(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            _ = await ledger.record(try Sample.callback())
            try await ledger.refresh([ledger.order().key], spacing: .zero, now: Sample.now)

            #expect(try await ledger.leaseVerifications().map(\.trigger) == [.callback])
        }
    }
}
