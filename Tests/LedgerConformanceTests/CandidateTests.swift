import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

/// Ids that callbacks named, and placing that went wrong.
@Suite(.timeLimit(.minutes(1)))
struct CandidateTests {
    @Test(arguments: LedgerKind.allCases)
    func triesTheNewestIDsAndNoMoreThanEight(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            for number in 0..<20 { _ = await ledger.record(try Sample.callback(id: "id\(number)")) }
            _ = await ledger.record(try Sample.callback(id: "id15", state: .fulfilled))

            let work = try #require(try await ledger.leaseVerifications().first)

            #expect(work.candidates.map(\.rawValue) == [15, 19, 18, 17, 16, 14, 13, 12].map { "id\($0)" })
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func triesNoIDAgainThatWasRejected(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            for id in ["id1", "id2"] { _ = await ledger.record(try Sample.callback(id: id)) }
            let work = try #require(try await ledger.leaseVerifications().first)
            let next = Sample.now + .seconds(30)
            try await ledger.rejectCandidate(try Sample.id("id2"), of: work, reason: "not known", nextPoll: next)
            _ = await ledger.record(try Sample.callback(id: "id2", state: .fulfilled, at: Sample.now + .seconds(1)))

            #expect(try await ledger.leaseVerifications(at: next).map(\.candidates) == [[Sample.id("id1")]])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func rejectsAnIDThatNoCallbackNamed(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            _ = await ledger.record(try Sample.callback(id: nil))
            let work = try #require(try await ledger.leaseVerifications().first)
            #expect(work.candidates == [])

            let next = Sample.now + .seconds(30)
            try await ledger.rejectCandidate(try Sample.id("listed"), of: work, reason: "another's", nextPoll: next)
            _ = await ledger.record(try Sample.callback(id: "listed", at: Sample.now + .seconds(1)))

            #expect(try await ledger.leaseVerifications(at: next).map(\.candidates) == [[]])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func keepsTheNewestRejectionsOnly(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            _ = await ledger.record(try Sample.callback(id: nil))
            var now = Sample.now

            for number in 0..<100 {
                let work = try #require(try await ledger.leaseVerifications(at: now).first)
                now = now + .seconds(30)
                let id = try Sample.id("id\(number)")
                try await ledger.rejectCandidate(id, of: work, reason: "another's", nextPoll: now)
            }

            for id in ["id99", "id36", "id35"] { _ = await ledger.record(try Sample.callback(id: id, at: now)) }
            let next = try await ledger.leaseVerifications(at: now)
            #expect(next.map(\.candidates) == [[try Sample.id("id35")]], "what was forgotten is tried once more")
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func needsNoCandidatesOnceAnIDIsBound(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.searching)
            _ = await ledger.record(try Sample.callback(id: "id2", at: Sample.now + .seconds(20)))

            #expect(try await ledger.leaseVerifications(at: Sample.now + .seconds(20)).map(\.candidates) == [[]])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func recordsAnOrderBeforeItIsPlaced(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            let placing = try await ledger.placing()

            #expect(placing.placement == .pending)
            #expect(placing.origin == .placed)
            #expect(placing.itemName == "Visura")
            try await withLedgerAfterCrash(of: process) { ledger in
                let order = try await ledger.order()
                #expect(order == placing)
                #expect(try await ledger.leaseVerifications(at: Sample.now + .seconds(3600)).map(\.order) == [placing])
            }
            await #expect(throws: LedgerError.self) { try await ledger.placing() }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func asksNoMoreForAnOrderThatWasRefused(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.placing()

            try await ledger.placementRefused(try Sample.nonce(), reason: "a field is missing", now: Sample.now)

            #expect(try await ledger.order().placement == .refused)
            #expect(try await ledger.leaseVerifications(at: Sample.now + .seconds(9999)) == [])
            #expect(try await ledger.orders(OrderQuery(isOpen: true)) == [])
            _ = await ledger.record(try Sample.callback(at: Sample.now + .seconds(1)))
            #expect(
                try await ledger.leaseVerifications(at: Sample.now + .seconds(1)).count == 1,
                "unless it calls back"
            )
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func knowsNoOrderThatWasNotRecorded(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            let nonce = try Sample.nonce("x")
            let error = LedgerError.notFound(what: "order with nonce", name: nonce.rawValue)

            await expect(error) { try await ledger.placed(nonce, as: Sample.reading(nil), now: Sample.now) }
            await expect(error) { try await ledger.placementRefused(nonce, reason: "no", now: Sample.now) }
        }
    }
}
