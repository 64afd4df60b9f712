import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

/// Work that was done, and whose outcome the ledger could not write.
@Suite(.timeLimit(.minutes(1)))
struct LostOutcomeTests {
    /// As long as `serve` leases read-backs by default.
    private static let lease = Duration.seconds(10_000)

    @Test(arguments: LedgerKind.allCases)
    func readsAnOrderBackAgainSoonWhenTheOutcomeCouldNotBeWritten(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            _ = await ledger.record(try Sample.callback())
            let work = try #require(try await leaseVerifications(ledger, at: Sample.now).first)
            try await process.whileItCannotWrite {
                await #expect(throws: LedgerError.self) {
                    let reading = try Sample.reading(.available)
                    return try await ledger.confirm(work, reading: reading, binding: .bind, context: Sample.context())
                }
            }

            #expect(try await leaseVerifications(ledger, at: Sample.now) == [], "not at once")
            let again = try await leaseVerifications(ledger, at: Sample.now + .seconds(5))

            #expect(again.map(\.order.key) == [work.order.key])
            await expect(.leaseLost(job: work.lease.job)) {
                try await ledger.postpone(work.lease, until: Sample.now, reason: "too late")
            }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func waitsLongerEachTimeTheOutcomeCouldNotBeWritten(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            _ = await ledger.record(try Sample.callback())
            var now = Sample.now
            for pause in [5, 10, 20] {
                let work = try #require(try await leaseVerifications(ledger, at: now).first)
                try await process.whileItCannotWrite {
                    await #expect(throws: LedgerError.self) {
                        try await ledger.postpone(work.lease, until: now, reason: "the provider is away")
                    }
                }
                #expect(try await leaseVerifications(ledger, at: now) == [])
                now = now + .seconds(pause)
                #expect(try await leaseVerifications(ledger, at: now - .seconds(1)) == [])
            }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func deliversAndFetchesAgainSoonWhenTheOutcomeCouldNotBeWritten(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            try await ledger.confirmed(.available, sinks: "crm")
            let room = [try Sample.sink(): 1]
            let delivery = try await ledger.leaseDeliveries(room: room, now: Sample.now, leaseFor: Self.lease)
            let fetch = try await ledger.leaseFetches(limit: 1, now: Sample.now, leaseFor: Self.lease)
            try await process.whileItCannotWrite {
                await #expect(throws: LedgerError.self) {
                    try await ledger.finish(try #require(delivery.first), action: .complete, now: Sample.now)
                }
                await #expect(throws: LedgerError.self) {
                    try await ledger.stored(
                        Sample.document,
                        for: try #require(fetch.first),
                        routing: Sample.routing([]),
                        now: Sample.now
                    )
                }
            }

            #expect(try await ledger.leaseDeliveries() == [])
            #expect(try await ledger.leaseFetches() == [])
            let later = Sample.now + .seconds(5)
            #expect(try await ledger.leaseDeliveries(at: later).map(\.deliveryID) == delivery.map(\.deliveryID))
            #expect(try await ledger.leaseFetches(at: later).map(\.order.key) == fetch.map(\.order.key))
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func leavesALeaseAloneWhoseOutcomeWasRefusedForAnotherReason(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            _ = await ledger.record(try Sample.callback())
            let work = try #require(try await leaseVerifications(ledger, at: Sample.now).first)

            await #expect(throws: LedgerError.self) {
                let reading = try Sample.reading(.available)
                return try await ledger.confirm(work, reading: reading, binding: .refuse, context: Sample.context())
            }

            #expect(try await leaseVerifications(ledger, at: Sample.now + .seconds(9_000)) == [])
            try await ledger.rejectCandidate(Sample.id(), of: work, reason: "another's", nextPoll: Sample.now)
        }
    }

    private func leaseVerifications(_ ledger: any LedgerStore, at now: Timestamp) async throws -> [VerifyWork] {
        try await ledger.leaseVerifications(limit: 10, now: now, leaseFor: Self.lease)
    }
}
