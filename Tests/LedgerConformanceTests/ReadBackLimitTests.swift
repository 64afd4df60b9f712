import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

/// One read-back for each order and interval, however many callbacks arrive.
@Suite(.timeLimit(.minutes(1)))
struct ReadBackLimitTests {
    @Test(arguments: LedgerKind.allCases)
    func asksTheAPIOnceForManyForgedCallbacks(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.searching)
            var readBacks: [Duration] = []

            // Another forged state each half second, for a minute.
            for half in 0..<120 {
                let at = Sample.now + .milliseconds(half * 500)
                _ = await ledger.record(try Sample.callback(state: .unknown("forged \(half)"), at: at))
                for work in try await ledger.leaseVerifications(at: at) {
                    readBacks.append(at - Sample.now)
                    let context = try Sample.context(at: at)
                    let reading = try Sample.reading(.searching)
                    _ = try await ledger.confirm(work, reading: reading, binding: .bind, context: context)
                }
            }

            #expect(readBacks == [10, 20, 30, 40, 50].map { .seconds($0) })
        }
    }

    /// What became of the first read-back.
    struct Ending: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let end: @Sendable (any LedgerStore, VerifyWork) async throws -> Void
    }

    static let endings = [
        Ending(testDescription: "confirmed") { ledger, work in
            let reading = try Sample.reading(.fulfilled)
            _ = try await ledger.confirm(work, reading: reading, binding: .bind, context: Sample.context())
        },
        Ending(testDescription: "parked") { ledger, work in
            try await ledger.park(work, reason: "not known to the API", now: Sample.now)
        },
        Ending(testDescription: "postponed") { ledger, work in
            try await ledger.postpone(work.lease, until: Sample.now + .seconds(600), reason: "the API is down")
        },
        Ending(testDescription: "a candidate rejected") { ledger, work in
            let next = Sample.now + .seconds(600)
            try await ledger.rejectCandidate(try Sample.id(), of: work, reason: "not known", nextPoll: next)
        },
    ]

    @Test(arguments: LedgerKind.allCases, endings)
    func bringsTheNextReadBackForwardButNotTooFar(_ kind: LedgerKind, _ ending: Ending) async throws {
        try await withLedger(kind) { ledger, _ in
            _ = await ledger.record(try Sample.callback())
            let work = try #require(try await ledger.leaseVerifications().first)
            try await ending.end(ledger, work)

            _ = await ledger.record(try Sample.callback(id: "id2", at: Sample.now + .seconds(1)))

            #expect(try await ledger.leaseVerifications(at: Sample.now + .milliseconds(9999)) == [])
            let next = try await ledger.leaseVerifications(at: Sample.now + .seconds(10))
            #expect(next.map(\.order.key) == [work.order.key])
            #expect(next.map(\.trigger) == [.callback])
        }
    }

    @Test(arguments: LedgerKind.allCases, endings)
    func readsAgainWhenACallbackArrivesWhileTheAPIIsAsked(_ kind: LedgerKind, _ ending: Ending) async throws {
        try await withLedger(kind) { ledger, _ in
            _ = await ledger.record(try Sample.callback())
            let work = try #require(try await ledger.leaseVerifications().first)
            _ = await ledger.record(try Sample.callback(state: .fulfilled, at: Sample.now + .seconds(1)))

            try await ending.end(ledger, work)

            #expect(try await ledger.leaseVerifications(at: Sample.now + .milliseconds(9999)) == [])
            #expect(try await ledger.leaseVerifications(at: Sample.now + .seconds(10)).map(\.trigger) == [.callback])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func asksAtOnceWhenTheLastAnswerIsOldEnough(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.searching)
            let at = Sample.now + .seconds(10)

            _ = await ledger.record(try Sample.callback(state: .available, at: at))

            #expect(try await ledger.leaseVerifications(at: at).map(\.trigger) == [.callback])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func pollsWhenNoCallbackComes(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.placing()

            #expect(try await ledger.leaseVerifications(at: Sample.now + .seconds(3599)) == [])
            #expect(try await ledger.leaseVerifications(at: Sample.now + .seconds(3600)).map(\.trigger) == [.poll])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func bringsThePollForwardWhenACallbackComes(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            let order = try await ledger.placing()
            _ = await ledger.record(try Sample.callback(at: Sample.now + .seconds(5)))

            let work = try await ledger.leaseVerifications(at: Sample.now + .seconds(5))

            #expect(work.map(\.order.key) == [order.key])
            #expect(work.map(\.trigger) == [.callback])
        }
    }
}
