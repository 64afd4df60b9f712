import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1)))
struct LeaseTests {
    /// A way of losing a lease; gives the work to go on with.
    struct Loss: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let lose: @Sendable (any LedgerStore, VerifyWork) async throws -> VerifyWork
    }

    static let losses = [
        Loss(testDescription: "taken over after it ran out") { ledger, work in
            let taken = try await ledger.leaseVerifications(at: Sample.now + Sample.lease)
            #expect(taken.map(\.lease.attempt) == [2])
            return work
        },
        Loss(testDescription: "given back") { ledger, work in
            try await ledger.postpone(work.lease, until: Sample.now, reason: "the API is down")
            return work
        },
        Loss(testDescription: "ended") { ledger, work in
            try await ledger.park(work, reason: "not known to the API", now: Sample.now)
            return work
        },
        Loss(testDescription: "done, and taken anew") { ledger, work in
            let reading = try Sample.reading(.searching)
            _ = try await ledger.confirm(work, reading: reading, binding: .bind, context: Sample.context())
            let anew = try #require(try await ledger.leaseVerifications(at: Sample.now + .seconds(3600)).first)
            #expect(anew.lease.attempt == work.lease.attempt, "attempts are counted anew")
            return work
        },
        Loss(testDescription: "another boot's") { _, work in
            var work = work
            work.lease.holder.boot -= 1
            return work
        },
        Loss(testDescription: "another attempt's") { _, work in
            var work = work
            work.lease.attempt += 1
            return work
        },
        Loss(testDescription: "another lease's") { _, work in
            var work = work
            work.lease.serial -= 1
            return work
        },
    ]

    /// What a worker does in the end.
    struct Outcome: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let record: @Sendable (any LedgerStore, VerifyWork) async throws -> Void
    }

    static let outcomes = [
        Outcome(testDescription: "confirm") { ledger, work in
            let reading = try Sample.reading(.fulfilled)
            _ = try await ledger.confirm(work, reading: reading, binding: .bind, context: Sample.context("crm"))
        },
        Outcome(testDescription: "reject a candidate") { ledger, work in
            try await ledger.rejectCandidate(try Sample.id(), of: work, reason: "no", nextPoll: Sample.now)
        },
        Outcome(testDescription: "park") { ledger, work in
            try await ledger.park(work, reason: "no", now: Sample.now)
        },
        Outcome(testDescription: "postpone") { ledger, work in
            try await ledger.postpone(work.lease, until: Sample.now, reason: "no")
        },
    ]

    @Test(arguments: LedgerKind.allCases, losses)
    func changesNothingOnceItIsLost(_ kind: LedgerKind, _ loss: Loss) async throws {
        for outcome in Self.outcomes { try await changesNothing(kind, loss, outcome) }
    }

    private func changesNothing(_ kind: LedgerKind, _ loss: Loss, _ outcome: Outcome) async throws {
        try await withLedger(kind) { ledger, _ in
            _ = await ledger.record(try Sample.callback())
            let work = try #require(try await ledger.leaseVerifications().first)
            let stale = try await loss.lose(ledger, work)
            let before = try await (ledger.orders(OrderQuery()), ledger.summary(now: Sample.now))

            await expect(.leaseLost(job: work.lease.job)) { try await outcome.record(ledger, stale) }

            let after = try await (ledger.orders(OrderQuery()), ledger.summary(now: Sample.now))
            #expect(after.0 == before.0)
            #expect(after.1 == before.1)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func isNotTakenFromALivingOwner(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            _ = await ledger.record(try Sample.callback())
            let work = try #require(try await ledger.leaseVerifications().first)

            #expect(try await ledger.leaseVerifications(at: Sample.now + Sample.lease - .milliseconds(1)) == [])
            let late = try #require(try await ledger.leaseVerifications(at: Sample.now + Sample.lease).first)
            #expect(late.lease.job == work.lease.job)
            #expect(late.lease.holder.boot == work.lease.holder.boot)
            #expect(late.lease.attempt == 2)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func isFreeAtOnceAfterACrash(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            try await ledger.confirmed(.available, sinks: "crm")
            _ = await ledger.record(try Sample.callback("m", id: "id2"))
            let verify = try #require(try await ledger.leaseVerifications().first)
            let fetch = try #require(try await ledger.leaseFetches().first)
            let delivery = try #require(try await ledger.leaseDeliveries().first)

            try await withLedgerAfterCrash(of: process) { ledger in
                let leases = try await [
                    ledger.leaseVerifications().map(\.lease), ledger.leaseFetches().map(\.lease),
                    ledger.leaseDeliveries().map(\.lease),
                ].flatMap { $0 }
                #expect(leases.map(\.job) == [verify.lease.job, fetch.lease.job, delivery.lease.job])
                #expect(leases.map(\.attempt) == [2, 2, 2])
                #expect(leases.allSatisfy { $0.holder.boot > verify.lease.holder.boot })
                await expect(.leaseLost(job: verify.lease.job)) {
                    try await ledger.park(verify, reason: "by the dead", now: Sample.now)
                }
            }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func isFreeAtOnceAfterAnOrderlyStop(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            _ = await ledger.record(try Sample.callback())
            _ = try await ledger.leaseVerifications()

            let next = try await process.restarted().ledger

            #expect(try await next.leaseVerifications().map(\.lease.attempt) == [2])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func takesTheOldestDueFirstAndNoMoreThanAskedFor(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            for (number, nonce) in ["c", "a", "b"].enumerated() {
                let at = Sample.now - .seconds(number)
                _ = await ledger.record(try Sample.callback(Character(nonce), id: nonce, at: at))
            }

            #expect(try await ledger.leaseVerifications(limit: 0) == [])
            #expect(try await ledger.leaseVerifications(limit: -1) == [])
            #expect(
                try await ledger.leaseVerifications(limit: 2).map(\.order.nonce) == [
                    Sample.nonce("b"), Sample.nonce("a"),
                ]
            )
            #expect(try await ledger.leaseVerifications(limit: 2).map(\.order.nonce) == [Sample.nonce("c")])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func countsAttemptsUntilTheJobIsDone(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            _ = await ledger.record(try Sample.callback())
            for attempt in 1...3 {
                let at = Sample.now + .seconds(attempt * 30)
                let work = try #require(try await ledger.leaseVerifications(at: at).first)
                #expect(work.lease.attempt == attempt)

                try await ledger.postpone(work.lease, until: at + .seconds(30), reason: "the API is down")

                #expect(try await ledger.leaseVerifications(at: at + .seconds(29)) == [])
            }
        }
    }
}
