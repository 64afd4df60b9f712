import BaseKit
import Foundation
import GRDB
import RicevutaCore

/// One run of the process that serves as a receiver; its number is unique among the runs of all receivers, and part of
/// every lease.
struct Boot: Sendable {
    let number: Int64
    let receiver: ReceiverID
    /// The receiver's number in the ledger: small, since each callback has it.
    let receiverNumber: Int64
    /// Whether the ledger has it; else its first transaction has to write it.
    let isRecorded: Bool
    /// When a receiver was last seen before it; `nil` when that is not known.
    let lastSeen: Timestamp?

    /// Who holds the leases of this boot.
    var holder: LeaseHolder { LeaseHolder(receiver: receiver, boot: number) }

    /// Takes the next number and writes it; gives up the reserve if the disk is full.
    ///
    /// A disk that is full all the same is no reason not to start: nothing carries the number before something can be
    /// written.
    ///
    /// - Parameters:
    ///   - receiver: Who serves. The first one takes over what was recorded before receivers had ids.
    ///   - pool: The database, which nobody else serves.
    ///   - reserve: Given up for it on a full disk.
    ///   - timeout: For how long its leases hold without another heartbeat.
    /// - Returns: The boot.
    /// - Throws: `DatabaseError`.
    static func begin(
        as receiver: ReceiverID,
        _ pool: DatabasePool,
        reserve: DiskReserve,
        timeout: Duration
    ) throws -> Boot {
        let (last, known, seen) = try pool.read { db in
            (
                try Int64.fetchOne(db, sql: "SELECT max(id) FROM boots") ?? 0,
                try Int64.fetchOne(
                    db,
                    sql: """
                        SELECT coalesce(
                            (SELECT number FROM receivers WHERE id = ?),
                            (SELECT number FROM receivers WHERE id IS NULL),
                            (SELECT max(number) + 1 FROM receivers), 1)
                        """,
                    arguments: [receiver.rawValue]
                ) ?? 1,
                try lastSeen(db, timeout: timeout)
            )
        }
        func boot(isRecorded: Bool) -> Boot {
            Boot(
                number: last + 1,
                receiver: receiver,
                receiverNumber: known,
                isRecorded: isRecorded,
                lastSeen: seen
            )
        }
        let next = boot(isRecorded: true)
        do {
            do {
                try pool.write { db in try next.record(db, timeout: timeout) }
            } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL && reserve.release() {
                try pool.write { db in try next.record(db, timeout: timeout) }
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL {
            return boot(isRecorded: false)
        }
        return next
    }

    /// When a receiver ran last: the end of the last boot, or the last heartbeat of one that died.
    private static func lastSeen(_ db: Database, timeout: Duration) throws -> Timestamp? {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT max(
                    coalesce((SELECT max(ended_at_ms) FROM boots), 0),
                    coalesce((SELECT max(alive_until_ms) - ? FROM receivers WHERE boot IS NOT NULL), 0)) AS seen
                """,
            arguments: [timeout.wholeMilliseconds]
        )
        let seen = try row?.integer("seen") ?? 0
        return seen > 0 ? Timestamp(milliseconds: seen) : nil
    }

    /// Writes the boot and its first heartbeat.
    func record(_ db: Database, timeout: Duration) throws {
        try db.execute(
            sql: """
                INSERT INTO receivers(number, id, boot, alive_until_ms, handed_over) VALUES (?, ?, ?, ?, 0)
                ON CONFLICT(number) DO UPDATE SET
                    id = excluded.id, boot = excluded.boot, alive_until_ms = excluded.alive_until_ms
                """,
            arguments: [receiverNumber, receiver.rawValue, number, Self.milliseconds(in: timeout)]
        )
        try db.execute(
            sql: "INSERT INTO boots(id, started_at_ms, receiver) VALUES (?, ?, ?)",
            arguments: [number, Self.milliseconds(in: .zero), receiverNumber]
        )
    }

    /// Writes a heartbeat, by the wall clock, which other receivers compare with.
    func beat(_ db: Database, timeout: Duration) throws {
        try db.execute(
            sql: "UPDATE receivers SET alive_until_ms = ? WHERE number = ? AND boot = ?",
            arguments: [Self.milliseconds(in: timeout), receiverNumber, number]
        )
    }

    /// Gives back all leases, and says that the boot is over: work that is broken off by an orderly stop is no crash.
    func end(_ db: Database) throws {
        try db.execute(sql: "UPDATE jobs SET lease_boot = NULL WHERE lease_boot = ?", arguments: [number])
        try db.execute(
            sql: "UPDATE boots SET ended_at_ms = ? WHERE id = ?",
            arguments: [Self.milliseconds(in: .zero), number]
        )
        try db.execute(
            sql: "UPDATE receivers SET boot = NULL, alive_until_ms = 0 WHERE number = ? AND boot = ?",
            arguments: [receiverNumber, number]
        )
    }

    /// So long from now, as tables have it.
    private static func milliseconds(in time: Duration) -> Int64 {
        Int64(Date().timeIntervalSince1970 * 1000) + time.wholeMilliseconds
    }
}
