public import Callbacks
import Foundation
import GRDB
import Visengine

extension SQLiteLedger {
    /// Opens the ledger in a directory, creating what is missing: the directory (for its owner only), the database, and
    /// the tables that this version adds.
    ///
    /// Opening works from every state that a crash can leave. Blocks on the disk.
    ///
    /// - Parameters:
    ///   - directory: Where the ledger's files lie; `ledger.sqlite` and files beside it.
    ///   - mode: What it is opened for.
    ///   - configuration: Limits and intervals.
    /// - Returns: The ledger, its writer running.
    /// - Throws: ``LedgerError/inUse(path:)`` when another process serves it, ``LedgerError/tooNew(path:)``,
    ///   ``LedgerError/cannotOpen(path:reason:)``.
    public static func open(
        at directory: String,
        mode: Mode,
        configuration: LedgerConfiguration = LedgerConfiguration()
    ) throws(LedgerError) -> SQLiteLedger {
        let files = LedgerFiles(directory: directory)
        try files.prepare()
        let lock = mode == .serve ? try ServingLock(files) : nil
        let reserve = DiskReserve(path: files.reserve, bytes: configuration.reserveBytes)
        do {
            let pool = try openPool(files, mode: mode, configuration: configuration)
            var boot: Int64?
            var checkpointer: Checkpointer?
            if mode == .serve {
                boot = try newBoot(pool, reserve: reserve)
                checkpointer = try Checkpointer(files: files, reserve: reserve, configuration: configuration)
            }
            let writer = LedgerWriter(
                pool: pool,
                boot: boot,
                configuration: configuration,
                reserve: reserve,
                checkpointer: checkpointer,
                lock: lock
            )
            return SQLiteLedger(path: files.database, pool: pool, writer: writer, configuration: configuration)
        } catch let error as LedgerError {
            throw error
        } catch {
            throw .cannotOpen(path: files.database, reason: reason(error))
        }
    }

    private static func openPool(
        _ files: LedgerFiles,
        mode: Mode,
        configuration: LedgerConfiguration
    ) throws -> DatabasePool {
        var settings = Configuration()
        settings.label = "ledger"
        settings.foreignKeysEnabled = true
        settings.busyMode = .timeout(Double(configuration.busyTimeout.wholeMilliseconds) / 1000)
        settings.maximumReaderCount = 4
        let pool = try DatabasePool(path: files.database, configuration: settings)
        try pool.writeWithoutTransaction { db in
            guard try !Schema.migrator.hasBeenSuperseded(db) else { throw LedgerError.tooNew(path: files.database) }
            // GRDB sets NORMAL with WAL; that survives a crash of the program, not of the machine.
            try db.execute(sql: "PRAGMA synchronous = FULL")
            if mode == .serve {
                try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
                // In KiB: SQLite's own 2000 are outgrown by the inner pages of the indexes that each callback touches.
                try db.execute(sql: "PRAGMA cache_size = -4096")
            }
            if let pages = configuration.maxPages { try db.execute(sql: "PRAGMA max_page_count = \(pages)") }
        }
        try Schema.migrator.migrate(pool)
        return pool
    }

    /// Writes a boot, whose number every lease carries; gives up the reserve if the disk is full.
    private static func newBoot(_ pool: DatabasePool, reserve: DiskReserve) throws -> Int64 {
        let write = {
            try pool.write { db in
                let now = Int64(Date().timeIntervalSince1970 * 1000)
                try db.execute(sql: "INSERT INTO boots(started_at_ms) VALUES (?)", arguments: [now])
                return db.lastInsertedRowID
            }
        }
        do {
            return try write()
        } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL && reserve.release() {
            return try write()
        }
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? DatabaseError else { return "\(type(of: error))" }
        let message = error.message ?? "\(error.resultCode)"
        switch error.resultCode {
        case .SQLITE_NOTADB, .SQLITE_CORRUPT:
            return "\(message); the file is damaged: restore it from a backup, or move it away to start anew"
        case .SQLITE_BUSY: return "\(message); another program holds it"
        default: return message
        }
    }
}
