import BaseKit
import CallbackJournal
import Foundation
import GRDB
import RicevutaCore
import SQLiteLedger
import TestSupport
import Testing

/// What the next start finds in a ledger whose process was killed, looked at in a copy.
struct DeadLedger {
    /// The orders that recorded callbacks name.
    let claimedOrders: Set<String>
    /// The numbers of recorded callbacks.
    let callbackNumbers: [Int64]
    /// How many jobs are due within a second.
    let due: Int
    /// How many of them a new process gets at once.
    let claimed: Int
    /// How many it leaves for a minute, because the program died three times in a row while doing them.
    let paused: Int

    init(in directory: String) async throws {
        self = try await withTemporaryDirectory { parent in
            let copy = parent + "/copy"
            try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
            for name in ["ledger.sqlite", "ledger.sqlite-wal", "journal", "receiver.id"]
            where FileManager.default.fileExists(atPath: "\(directory)/\(name)") {
                try FileManager.default.copyItem(atPath: "\(directory)/\(name)", toPath: "\(copy)/\(name)")
            }
            return try await DeadLedger(copy: copy)
        }
    }

    private init(copy: String) async throws {
        let soon = Timestamp(milliseconds: Int64(Date.now.timeIntervalSince1970 * 1000) + 1000)
        // As the receiver that died: its leases are free at once.
        let id = try String(contentsOfFile: "\(copy)/receiver.id", encoding: .utf8)
        let receiver = try #require(ReceiverID(rawValue: id.trimmingCharacters(in: .newlines)))
        let ledger = try SQLiteStore.open(
            at: copy,
            mode: .serve(as: receiver),
            configuration: LedgerConfiguration(reserveBytes: 0)
        )
        let newest = try await ledger.newestCallback()
        let journal = try Journal(at: "\(copy)/journal", ledger: ledger, newest: newest)
        await journal.close()  // Hands over what the ledger did not have yet.
        let database = try DatabaseQueue(path: ledger.location)
        claimedOrders = try await database.read { db in
            try Set(String.fetchAll(db, sql: "SELECT claim_id FROM callbacks WHERE claim_id IS NOT NULL"))
        }
        callbackNumbers = try await database.read { db in
            try Int64.fetchAll(db, sql: "SELECT id FROM callbacks ORDER BY id")
        }
        due = try await database.read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM jobs WHERE due_ms <= ?", arguments: [soon.milliseconds])
                ?? 0
        }
        let pausedBefore = try await database.read(Self.paused)
        let all = 1_000_000
        var claimed = try await ledger.leaseVerifications(limit: all, now: soon, leaseFor: .seconds(60)).count
        claimed += try await ledger.leaseFetches(limit: all, now: soon, leaseFor: .seconds(60)).count
        let sinks = ["folder", "service"].compactMap { SinkName(rawValue: $0) }
        let room = Dictionary(uniqueKeysWithValues: sinks.map { ($0, all) })
        claimed += try await ledger.leaseDeliveries(room: room, now: soon, leaseFor: .seconds(60)).count
        self.claimed = claimed
        paused = try await database.read(Self.paused) - pausedBefore
        try database.close()
        await ledger.close()
    }

    private static func paused(_ db: Database) throws -> Int {
        let sql = "SELECT count(*) FROM jobs WHERE last_reason = ?"
        return try Int.fetchOne(db, sql: sql, arguments: [CrashPolicy.reason]) ?? 0
    }
}
