import Foundation
import GRDB
import RicevutaCore
import TestSupport
import Testing
import Visengine

@testable import SQLiteLedger

/// Commands of one version beside a ledger of another.
@Suite(.timeLimit(.minutes(1)))
struct SchemaVersionTests {
    private static let commands = [LedgerMode.inspect, .operate]

    @Test(arguments: commands)
    func commandsLeaveAnOlderSchemaAsItIs(_ mode: LedgerMode) async throws {
        try await withTemporaryDirectory { directory in
            let path = try makeOlderLedger(in: directory)

            await expect(.otherVersion(location: path, found: 1, wanted: Schema.current)) {
                try SQLiteStore.open(at: directory, mode: mode)
            }

            #expect(try version(of: path) == 1)
            let ledger = try SQLiteStore.open(at: directory, mode: .serve)
            #expect(try version(of: path) == Schema.current, "serving migrates")
            await (try SQLiteStore.open(at: directory, mode: mode)).close()
            await ledger.close()
        }
    }

    @Test(arguments: commands)
    func commandsRefuseANewerSchema(_ mode: LedgerMode) async throws {
        try await withLedger { ledger, directory in
            try write("INSERT INTO grdb_migrations VALUES ('2999-01-01 what comes later')", to: ledger.location)

            let wanted = Schema.current
            await expect(.otherVersion(location: ledger.location, found: wanted + 1, wanted: wanted)) {
                try SQLiteStore.open(at: directory, mode: mode)
            }
            #expect(
                "\(LedgerError.otherVersion(location: "p", found: wanted + 1, wanted: wanted))"
                    .contains("has schema version \(wanted + 1), this program needs \(wanted): restart the service")
            )
        }
    }

    @Test func refusesToServeANewerSchema() async throws {
        try await withLedger { ledger, directory in
            await ledger.close()
            try write("INSERT INTO grdb_migrations VALUES ('2999-01-01 what comes later')", to: ledger.location)

            await expect(.tooNew(location: ledger.location)) { try SQLiteStore.open(at: directory, mode: .serve) }
            await expect(.tooNew(location: ledger.location)) { try SQLiteStore.migrate(at: directory) }
        }
    }

    @Test func migratesWhenNobodyServes() async throws {
        try await withTemporaryDirectory { directory in
            let path = try makeOlderLedger(in: directory)

            let versions = try SQLiteStore.migrate(at: directory)

            #expect(versions == (1, Schema.current))
            #expect(try version(of: path) == Schema.current)
            let ledger = try SQLiteStore.open(at: directory, mode: .serve)
            await expect(.inUse(location: path)) { try SQLiteStore.migrate(at: directory) }
            await ledger.close()
        }
    }

    @Test func readingNeedsALedgerAndWritesNothing() async throws {
        try withTemporaryDirectory { directory in
            #expect(throws: LedgerError.self) { try SQLiteStore.open(at: "\(directory)/none", mode: .inspect) }
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/none"))
        }
        try await withLedger { ledger, directory in
            try await ledger.confirmed(.available, sinks: "crm")
            let reader = try SQLiteStore.open(at: directory, mode: .inspect)

            let delivery = try #require(try await reader.deliveries(DeliveryQuery()).first)
            await #expect(throws: LedgerError.self) { try await reader.replay(delivery: delivery.id, now: Sample.now) }

            #expect(try await ledger.deliveries(DeliveryQuery()).count == 1)
            await reader.close()
        }
    }

    @Test func readsALedgerWhoseServiceWasKilled() async throws {
        try await withLedger { ledger, directory in
            _ = await ledger.record(try Sample.callback())

            try await withTemporaryDirectory { parent in
                try copyLedger(from: directory, to: "\(parent)/copy")
                let reader = try SQLiteStore.open(at: "\(parent)/copy", mode: .inspect)
                #expect(try await reader.summary(now: Sample.now).callbacks == 1)
                await reader.close()
                let names = try FileManager.default.contentsOfDirectory(atPath: "\(parent)/copy")
                #expect(names.contains("ledger.sqlite-wal"), "the log is left to the next start")
            }
        }
    }

    /// A ledger as the first version of the schema had it.
    private func makeOlderLedger(in directory: String) throws -> String {
        let path = "\(directory)/ledger.sqlite"
        let pool = try DatabasePool(path: path)
        try Schema.migrator.migrate(pool, upTo: "2026-03-01 create the ledger")
        try pool.close()
        return path
    }

    private func version(of path: String) throws -> Int {
        try DatabaseQueue(path: path).read(Schema.version)
    }

    private func write(_ sql: String, to path: String) throws {
        var settings = Configuration()
        settings.busyMode = .timeout(5)
        try DatabaseQueue(path: path, configuration: settings).write { db in try db.execute(sql: sql) }
    }
}
