import Foundation
import GRDB

/// One run of the serving process, whose number every lease carries: leases of other numbers are free.
struct Boot: Sendable {
    let number: Int64
    /// Whether the ledger has it; else its first transaction has to write it.
    let isRecorded: Bool

    /// Takes the next number and writes it; gives up the reserve if the disk is full.
    ///
    /// A disk that is full all the same is no reason not to start: nothing carries the number before something can be
    /// written.
    static func begin(_ pool: DatabasePool, reserve: DiskReserve) throws -> Boot {
        let number = try pool.read { db in try Int64.fetchOne(db, sql: "SELECT max(id) FROM boots") ?? 0 } + 1
        do {
            do {
                try pool.write { db in try record(number, db) }
            } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL && reserve.release() {
                try pool.write { db in try record(number, db) }
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL {
            return Boot(number: number, isRecorded: false)
        }
        return Boot(number: number, isRecorded: true)
    }

    /// Writes a boot.
    static func record(_ number: Int64, _ db: Database) throws {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        try db.execute(sql: "INSERT INTO boots(id, started_at_ms) VALUES (?, ?)", arguments: [number, now])
    }
}
