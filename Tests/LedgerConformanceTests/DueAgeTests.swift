import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

/// How late the oldest job is that could be taken now.
@Suite(.timeLimit(.minutes(1)))
struct DueAgeTests {
    static let later = Sample.now + .seconds(30)

    @Test(arguments: LedgerKind.allCases)
    func countsNoJobInFlight(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            _ = await ledger.record(try Sample.callback("a", id: "ida"))
            _ = await ledger.record(try Sample.callback("b", id: "idb", at: Sample.now + .seconds(1)))
            #expect(try await ledger.leaseVerifications(limit: 1).count == 1)

            #expect(try await age(ledger) == ["verify": 29_000])
            #expect(try await ledger.summary(now: Self.later).jobsByKind == ["verify": 2])
            try await process.withCommand { command in
                let seen = try await age(command)
                #expect(seen == ["verify": 29_000], "an operator's command sees the same")
            }
            let over = Sample.now + Sample.lease
            #expect(try await ledger.summary(now: over).oldestDueMilliseconds == ["verify": 60_000], "a lease ends")
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func countsAJobWhoseOwnerDied(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            _ = await ledger.record(try Sample.callback())
            #expect(try await ledger.leaseVerifications().count == 1)
            #expect(try await age(ledger) == [:])

            try await withLedgerAfterCrash(of: process) { ledger in
                let found = try await age(ledger)
                #expect(found == ["verify": 30_000])
            }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func countsNoDeliveryToADisabledSink(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.searching, nonce: "a", id: "ida", sinks: "crm")
            try await ledger.confirmed(.searching, nonce: "b", id: "idb", sinks: "crm")
            let at = Sample.now + .seconds(1)
            try await ledger.confirmed(.searching, nonce: "c", id: "idc", sinks: "files", at: at)
            #expect(try await age(ledger) == ["deliver": 30_000])
            let work = try #require(try await ledger.leaseDeliveries(limit: 1).first)

            try await ledger.finish(work, action: .disableSink(reason: "gone"), now: Sample.now)

            #expect(try await age(ledger) == ["deliver": 29_000])
            #expect(try await ledger.summary(now: Self.later).jobsByKind == ["verify": 3, "deliver": 3])
            _ = try await ledger.enable(try Sample.sink(), now: Self.later)
            #expect(try await age(ledger) == ["deliver": 30_000], "enabled, it counts again")
        }
    }

    private func age(_ ledger: any LedgerStore) async throws -> [String: Int64] {
        try await ledger.summary(now: Self.later).oldestDueMilliseconds
    }
}
