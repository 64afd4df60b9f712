import BaseKit
import GRDB
import RicevutaCore
import SQLiteLedger
import TestSupport
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1)))
struct DeliveryRowTests {
    @Test func attemptsLeaveNoMoreThanTheNewestFifty() async throws {
        try await withLedger { ledger, directory in
            try await ledger.confirmed(.searching, sinks: "crm")
            var now = Sample.now
            func rows() async throws -> [String: Int] {
                let queue = try DatabaseQueue(path: ledger.location)
                defer { try? queue.close() }  // It was only read.
                return try await queue.read { db in
                    let names = try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table'")
                    return try names.reduce(into: [:]) {
                        $0[$1] = try Int.fetchOne(db, sql: "SELECT count(*) FROM \"\($1)\"")
                    }
                }
            }
            var before = try await rows()
            for _ in 0..<70 {
                let work = try #require(try await ledger.leaseDeliveries(at: now).first)
                try await ledger.finish(work, action: .retry(after: .seconds(1), reason: "503"), now: now)
                now = now + .seconds(1)
            }
            before["attempts"] = 50
            #expect(try await rows() == before)
            #expect(try await ledger.deliveries(DeliveryQuery()).map(\.attempts) == [70])
        }
    }
}
