import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

/// What was paid for arrives, though the placing seemed to be refused or the provider seems to have forgotten it.
@Suite(.timeLimit(.minutes(1)))
struct RefusalTests {
    @Test(arguments: LedgerKind.allCases)
    func keepsAnOrderAliveThatACallbackHadBound(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.placing()
            let bound = try await ledger.confirmed(.searching)

            try await ledger.placementRefused(try Sample.nonce(), reason: "status 400", now: Sample.now)

            #expect(try await ledger.order() == bound)
            #expect(try await ledger.orders(OrderQuery(isOpen: true)) == [bound])
            #expect(try await ledger.leaseVerifications(at: Sample.now + .seconds(3600)).map(\.order) == [bound])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func actsOnACallbackThatCameBeforeTheRefusal(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.placing()
            _ = await ledger.record(try Sample.callback())

            try await ledger.placementRefused(try Sample.nonce(), reason: "status 400", now: Sample.now)

            #expect(try await ledger.leaseVerifications().map(\.candidates) == [[Sample.id()]], "it was acknowledged")
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func takesTheAnswerOfAReadBackUnderWayAtTheRefusal(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.placing()
            let at = Sample.now + .seconds(3600)
            let work = try #require(try await ledger.leaseVerifications(at: at).first)

            try await ledger.placementRefused(try Sample.nonce(), reason: "status 400", now: at)

            let context = try Sample.context(at: at)
            let reading = try Sample.reading(.searching)
            let advance = try await ledger.confirm(work, reading: reading, binding: .bind, context: context)
            #expect(advance.record.placement == .placed)
            #expect(try await ledger.leaseVerifications(at: at + .seconds(3600)).count == 1)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func asksForAnOrderThatWasLeftAloneOnceItsPlacingIsAnswered(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.placing()
            let at = Sample.now + .seconds(3600)
            let work = try #require(try await ledger.leaseVerifications(at: at).first)
            try await ledger.park(work, reason: "no order with this token at the provider", now: at)

            _ = try await ledger.placed(try Sample.nonce(), as: Sample.reading(nil), now: at)

            #expect(try await ledger.leaseVerifications(at: at + .seconds(10)).map(\.order.id) == [Sample.id()])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func asksRarelyForABoundOrderThatTheProviderNoLongerShows(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.searching)
            let at = Sample.now + .seconds(3600)
            let work = try #require(try await ledger.leaseVerifications(at: at).first)

            try await ledger.park(work, reason: "order not found at the provider", now: at)

            #expect(try await ledger.leaseVerifications(at: at + .seconds(86_399)) == [])
            #expect(try await ledger.leaseVerifications(at: at + .seconds(86_400)).map(\.order.id) == [Sample.id()])
        }
    }
}
