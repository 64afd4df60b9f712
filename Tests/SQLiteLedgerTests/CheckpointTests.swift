import Foundation
import GRDB
import RicevutaCore
import Synchronization
import TestSupport
import Testing
import Visengine

@testable import SQLiteLedger

/// The write-ahead log is copied only while nobody can commit.
@Suite(.timeLimit(.minutes(1)))
struct CheckpointTests {
    @Test func isNotMadeWhileAnotherProcessHoldsTheWriteLock() throws {
        try withDatabases { writer, other, checkpointer in
            try other.write { db in try db.execute(sql: "INSERT INTO t VALUES (1)") }
            let before = try Data(contentsOf: URL(fileURLWithPath: other.path))

            try other.inDatabase { db in try db.beginTransaction(.immediate) }
            writer.writeWithoutTransaction { db in
                _ = #expect(throws: DatabaseError.self) { try checkpointer.checkpoint(lockedBy: db) }
            }
            try other.inDatabase { db in try db.rollback() }

            #expect(checkpointer.count == 0)
            #expect(try Data(contentsOf: URL(fileURLWithPath: other.path)) == before)
            try writer.writeWithoutTransaction { db in try checkpointer.checkpoint(lockedBy: db) }
            #expect(try Data(contentsOf: URL(fileURLWithPath: other.path)) != before)
        }
    }

    @Test func commandsNeverCheckpoint() async throws {
        try await withLedger { ledger, directory in
            try await ledger.confirmed(.available, sinks: "crm")
            let work = try #require(try await ledger.leaseDeliveries().first)
            try await ledger.finish(work, action: .complete, now: Sample.now)

            try await withTemporaryDirectory { parent in
                let copy = "\(parent)/copy"
                try copyLedger(from: directory, to: copy)
                let database = URL(fileURLWithPath: "\(copy)/ledger.sqlite")
                let before = try Data(contentsOf: database)
                let command = try SQLiteStore.open(at: copy, mode: .operate)
                // SQLite would copy the log by itself after 1,000 pages, and when the last connection closes.
                for _ in 0..<400 { _ = try await command.replay(delivery: work.deliveryID, now: Sample.now) }
                await command.close()

                #expect(try Data(contentsOf: database) == before)
                let log = try FileManager.default.attributesOfItem(atPath: database.path + "-wal")[.size] as? Int
                #expect(try #require(log) > 1000 * 4096)
            }
        }
    }

    @Test func cutsALogThatGrewWhenItIsBegunAnew() async throws {
        let configuration = LedgerConfiguration(reserveBytes: 0, checkpointPages: 100)
        try await withLedger(configuration) { ledger, directory in
            let body = String(repeating: "x", count: 100_000)
            // A reader that stays keeps the log from being begun anew.
            let reader = try DatabaseQueue(path: ledger.location, configuration: Self.settings)
            try reader.inDatabase { db in
                try db.beginTransaction(.deferred)
                _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM orders")
            }
            for number in 0..<100 { _ = await ledger.record(try Sample.callback(id: "a\(number)", body: body)) }
            #expect(try logBytes(in: directory) > 100 * 4096 * 4)

            try reader.inDatabase { db in try db.rollback() }
            for number in 0..<10 { _ = await ledger.record(try Sample.callback(id: "b\(number)", body: body)) }

            #expect(try logBytes(in: directory) <= 100 * 4096 * 4)
            try reader.close()
        }
    }

    @Test func restartsTheLogAlthoughThereIsAlwaysAReader() async throws {
        let configuration = LedgerConfiguration(reserveBytes: 0, checkpointPages: 100)
        try await withLedger(configuration) { ledger, directory in
            let readers = OverlappingReaders(of: ledger.location)
            readers.start()
            defer { readers.stop() }
            let body = String(repeating: "x", count: 100_000)
            var longest = 0
            for number in 0..<200 {
                _ = await ledger.record(try Sample.callback(id: "a\(number)", body: body))
                longest = max(longest, try logBytes(in: directory))
            }

            #expect(readers.reads > 10)
            // 200 bodies are some 5,000 pages; without a restart all of them stay in the log.
            #expect(longest < 100 * 4096 * 12, "\(longest) bytes")
        }
    }

    @Test func waitsForReadersOnlyWhileTheLogGrows() {
        var patience = CheckpointPatience(limit: 100)

        #expect([100, 190].map { patience.wait(pages: $0) } == [.zero, .zero])
        #expect(
            [210, 300, 320, 500].map { patience.wait(pages: $0) }
                == [.milliseconds(50), .zero, .milliseconds(100), .milliseconds(200)]
        )
        #expect(patience.wait(pages: 120) == .zero, "restarted")
        #expect(patience.wait(pages: 300) == .milliseconds(50))
        // Somebody who reads for minutes while a gigabyte is written.
        let waits = (4..<2560).map { patience.wait(pages: $0 * 100) }.filter { $0 > .zero }
        #expect(waits.count < 20 && waits.max() == .seconds(2))
    }

    @Test(
        arguments: [
            ("3.40.1", false), ("3.44.5", false), ("3.44.6", true), ("3.45.0", false), ("3.50.6", false),
            ("3.50.7", true), ("3.51.2", false), ("3.51.3", true), ("3.52.0", true), ("4.0.0", true),
            ("unknown", false),
        ]
    )
    func knowsWhichVersionsHaveTheFix(_ version: String, hasFix: Bool) {
        #expect(SQLiteVersion(text: version).hasWALResetFix == hasFix)
    }

    /// Two readers that take turns, so that at each moment one at least is in the middle of a transaction.
    private final class OverlappingReaders: Sendable {
        private let location: String
        private let isOver = Atomic(false)
        private let count = Atomic(0)
        private let group = DispatchGroup()

        init(of location: String) { self.location = location }

        var reads: Int { count.load(ordering: .relaxed) }

        func start() {
            for number in 0..<2 {
                group.enter()
                Thread.detachNewThread { [self, group] in
                    read(after: number)
                    group.leave()
                }
            }
        }

        private func read(after number: Int) {
            guard let queue = try? DatabaseQueue(path: location, configuration: CheckpointTests.settings) else {
                return
            }
            Thread.sleep(forTimeInterval: Double(number) * 0.02)
            while !isOver.load(ordering: .relaxed) {
                try? queue.inDatabase { db in
                    try db.beginTransaction(.deferred)
                    _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM orders")
                    Thread.sleep(forTimeInterval: 0.04)
                    try db.rollback()
                }
                count.add(1, ordering: .relaxed)
            }
            try? queue.close()
        }

        func stop() {
            isOver.store(true, ordering: .relaxed)
            group.wait()
        }
    }

    private func logBytes(in directory: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(directory)/ledger.sqlite-wal")
        return try #require(attributes[.size] as? Int)
    }

    private func withDatabases(
        _ body: (_ writer: DatabasePool, _ other: DatabaseQueue, _ checkpointer: Checkpointer) throws -> Void
    ) throws {
        try withTemporaryDirectory { directory in
            let files = LedgerFiles(directory: directory)
            let writer = try DatabasePool(path: files.database, configuration: Self.settings)
            try writer.write { db in try db.execute(sql: "CREATE TABLE t(x)") }
            let other = try DatabaseQueue(path: files.database, configuration: Self.settings)
            let checkpointer = try Checkpointer(files: files)
            try body(writer, other, checkpointer)
            checkpointer.close()
            try other.close()
            try writer.close()
        }
    }

    fileprivate static var settings: Configuration {
        var settings = Configuration()
        settings.allowsUnsafeTransactions = true
        settings.prepareDatabase { db in try db.disableCheckpoints() }
        return settings
    }
}
