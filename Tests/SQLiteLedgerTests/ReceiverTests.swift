import BaseKit
import Foundation
import GRDB
import RicevutaCore
import TestSupport
import Testing
import Visengine

@testable import SQLiteLedger

/// More than one receiver with one ledger: whose job it is.
///
/// The ledger's lock lets one of them serve at a time, so the other one is what a copy of its ledger shows of it.
@Suite(.timeLimit(.minutes(1)))
struct ReceiverTests {
    private static let other = ReceiverID.random()

    /// How the other receiver is when this one asks for its job.
    enum Other: CaseIterable { case lives, isSilent, hasStartedAgain, hasStopped }

    @Test(arguments: Other.allCases)
    func takesAJobOfAnotherOnlyWhenThatOneIsGone(_ state: Other) async throws {
        try await withLease(of: Self.other) { path in
            switch state {
            case .lives: try setAlive(until: Sample.now + .seconds(1), path)
            case .isSilent: try setAlive(until: Sample.now, path)
            case .hasStartedAgain:
                try write("UPDATE receivers SET boot = boot + 100", path)
                try setAlive(until: Sample.now + .seconds(1), path)
            case .hasStopped: try write("UPDATE receivers SET boot = NULL, alive_until_ms = 0", path)
            }
        } then: { ledger, job in
            let taken = try await ledger.leaseVerifications().map(\.lease)
            #expect(taken.map(\.job) == (state == .lives ? [] : [job]))
            #expect(taken.allSatisfy { $0.holder.receiver == Sample.receiver && $0.attempt == 2 })
            #expect(try crashes(ledger) == (state == .lives ? 0 : 1), "it went with the job in flight")
        }
    }

    @Test func countsNoCrashWhenALivingReceiversTimeIsOver() async throws {
        try await withLease(of: Self.other) { path in
            try setAlive(until: Sample.now + .seconds(9999), path)
        } then: { ledger, job in
            #expect(try await ledger.leaseVerifications(at: Sample.now + Sample.lease - .milliseconds(1)) == [])
            let taken = try await ledger.leaseVerifications(at: Sample.now + Sample.lease).map(\.lease.job)
            #expect(taken == [job])
            #expect(try crashes(ledger) == 0)
        }
    }

    @Test func takesItsOwnJobsAtOnceWhateverItsHeartbeatSaid() async throws {
        try await withLease(of: Sample.receiver) { path in
            try setAlive(until: Sample.now + .seconds(9999), path)
        } then: { ledger, job in
            let taken = try await ledger.leaseVerifications()
            #expect(taken.map(\.lease.job) == [job])
            #expect(try crashes(ledger) == 1)
        }
    }

    @Test func takesOverWhatWasRecordedBeforeReceiversHadIDs() async throws {
        try await withLedger { ledger, directory in
            _ = await ledger.record(try Sample.callback())
            _ = try await ledger.leaseVerifications()
            try await withTemporaryDirectory { parent in
                try copyLedger(from: directory, to: "\(parent)/copy")
                try write("UPDATE receivers SET id = NULL", "\(parent)/copy/ledger.sqlite")
                let next = try SQLiteStore.open(at: "\(parent)/copy", mode: .serve(as: Self.other))
                #expect(try await next.leaseVerifications().map(\.lease.holder.receiver) == [Self.other])
                #expect(try await next.callbacks().map(\.callback?.receiver) == [Self.other])
                await next.close()
            }
        }
    }

    @Test func givesASignOfLife() async throws {
        let configuration = LedgerConfiguration(heartbeatTimeout: .seconds(1), reserveBytes: 0)
        try await withLedger(configuration) { ledger, _ in
            func alive() throws -> Int64 {
                let database = try DatabaseQueue(path: ledger.location)
                return try database.read { try Int64.fetchOne($0, sql: "SELECT alive_until_ms FROM receivers") ?? 0 }
            }
            let first = try alive()
            // Nothing else is written; the suite's limit ends the waiting.
            while try alive() == first { try await Task.sleep(for: .milliseconds(20)) }
            #expect(try alive() > first)
            await ledger.close()
            #expect(try alive() == 0, "and an end")
        }
    }

    // MARK: The other one

    /// Has a receiver take a job and die, and looks at the ledger as ``Sample/receiver``.
    private func withLease(
        of holder: ReceiverID,
        change: (_ path: String) throws -> Void,
        then body: (_ ledger: SQLiteStore, _ job: Int64) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { parent in
            let ledger = try SQLiteStore.open(at: "\(parent)/first", mode: .serve(as: holder))
            _ = await ledger.record(try Sample.callback())
            let lease = try #require(try await ledger.leaseVerifications().first).lease
            #expect(lease.holder.receiver == holder)
            try copyLedger(from: "\(parent)/first", to: "\(parent)/copy")
            await ledger.close()

            try change("\(parent)/copy/ledger.sqlite")
            let next = try SQLiteStore.open(at: "\(parent)/copy", mode: .serve)
            try await body(next, lease.job)
            await next.close()
        }
    }

    private func write(_ sql: String, _ path: String) throws {
        try DatabaseQueue(path: path).write { db in try db.execute(sql: sql) }
    }

    private func crashes(_ ledger: SQLiteStore) throws -> Int? {
        try DatabaseQueue(path: ledger.location).read { db in try Int.fetchOne(db, sql: "SELECT crashes FROM jobs") }
    }

    private func setAlive(until time: Timestamp, _ path: String) throws {
        try write("UPDATE receivers SET alive_until_ms = \(time.milliseconds)", path)
    }
}
