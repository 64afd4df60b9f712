import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

/// Deliveries belong to the trace of the callback that caused them.
@Suite(.timeLimit(.minutes(1)))
struct TraceTests {
    private static let first = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    private static let second = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"

    @Test(arguments: LedgerKind.allCases)
    func aDeliveryHasTheTraceOfTheLastCallbackThatHadOne(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            let trace = try #require(TraceParent(Self.first))
            _ = await ledger.record(try Sample.callback(state: .searching, trace: trace))
            let work = try #require(try await ledger.leaseVerifications().first)
            let reading = try Sample.reading(.searching)
            _ = try await ledger.confirm(work, reading: reading, binding: .bind, context: Sample.context("crm"))
            let delivery = try #require(try await ledger.leaseDeliveries().first)
            #expect(delivery.trace == trace)
            try await ledger.finish(delivery, action: .complete, now: Sample.now)

            let next = try #require(TraceParent(Self.second))
            let at = Sample.now + .seconds(60)
            _ = await ledger.record(try Sample.callback(state: .available, update: at, trace: next, at: at))
            _ = await ledger.record(try Sample.callback(state: .available, update: at + .seconds(1), at: at))
            let again = try #require(try await ledger.leaseVerifications(at: at + .seconds(60)).first)
            let context = try Sample.context("crm", at: at)
            _ = try await ledger.confirm(again, reading: Sample.reading(.available), binding: .bind, context: context)
            #expect(try await ledger.leaseDeliveries(at: at).first?.trace == next)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func aDeliveryWithoutATraceHasNone(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.searching, sinks: "crm")
            #expect(try await ledger.leaseDeliveries().first?.trace == nil)
        }
    }
}
