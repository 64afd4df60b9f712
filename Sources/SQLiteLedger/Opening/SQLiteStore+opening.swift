import BaseKit
import Foundation
import GRDB
public import RicevutaCore

extension SQLiteStore {
    /// Opens the ledger in a directory.
    ///
    /// | mode      | creates          | changes the schema            | may write | checkpoints        |
    /// |-----------|------------------|-------------------------------|-----------|--------------------|
    /// | `serve`   | what is missing  | to this program's version     | yes       | under a write lock |
    /// | `operate` | a missing ledger | never                         | yes       | never              |
    /// | `inspect` | nothing          | never                         | no        | never              |
    ///
    /// Opening works from every state that a crash can leave. Blocks on the disk.
    ///
    /// - Parameters:
    ///   - directory: Where the ledger's files lie; `ledger.sqlite` and files beside it.
    ///   - mode: What it is opened for.
    ///   - configuration: Limits and intervals.
    /// - Returns: The ledger, its writer running.
    /// - Throws: ``LedgerError/inUse(location:)`` when another process serves it, ``LedgerError/tooNew(location:)``,
    ///   ``LedgerError/otherVersion(location:found:wanted:)``, ``LedgerError/noSpace(location:)``,
    ///   ``LedgerError/cannotOpen(location:reason:)``, ``LedgerError/unavailable(reason:)``.
    public static func open(
        at directory: String,
        mode: LedgerMode,
        configuration: LedgerConfiguration = LedgerConfiguration()
    ) throws(LedgerError) -> SQLiteStore {
        let files = LedgerFiles(directory: directory)
        switch mode {
        case .serve:
            try files.prepare()
            let lock = try ServingLock(files)
            return try open(files, mode: mode, lock: lock, configuration: configuration)
        case .operate:
            if files.isMissing {
                do throws(LedgerError) {
                    _ = try migrate(at: directory, configuration: configuration)
                } catch .inUse {}  // A service that starts makes it; whether it has is seen below.
            }
            return try open(files, mode: mode, lock: nil, configuration: configuration)
        case .inspect:
            guard !files.isMissing else { throw .cannotOpen(location: files.database, reason: "file not found") }
            return try open(files, mode: mode, lock: nil, configuration: configuration)
        }
    }

    /// Whether a ledger has been made in a directory.
    ///
    /// - Throws: ``LedgerError/cannotOpen(location:reason:)`` when this user may not look.
    public static func exists(at directory: String) throws(LedgerError) -> Bool {
        let path = LedgerFiles(directory: directory).database
        do throws(FileFailure) {
            return try DurableFiles.isTaken(path)
        } catch {
            let isClosed = error.code == EACCES || error.code == EPERM
            let advice = "permission denied; run this as the user that runs `ricevuta serve`"
            throw .cannotOpen(location: path, reason: isClosed ? advice : error.description)
        }
    }

    /// Creates what is missing, and changes the schema to this program's version, while nobody serves the ledger.
    ///
    /// - Parameters:
    ///   - directory: Where the ledger's files lie.
    ///   - configuration: Limits and intervals.
    /// - Returns: The schema's version before and after; 0 for a ledger that did not exist.
    /// - Throws: As ``open(at:mode:configuration:)``.
    public static func migrate(
        at directory: String,
        configuration: LedgerConfiguration = LedgerConfiguration()
    ) throws(LedgerError) -> (before: Int, after: Int) {
        let files = LedgerFiles(directory: directory)
        try files.prepare()
        let lock = try ServingLock(files)
        defer { lock.release() }
        return try run(files, reserve: DiskReserve(path: files.reserve, bytes: configuration.reserveBytes)) {
            let pool = try openPool(files, mode: .operate, configuration: configuration)
            defer { try? pool.close() }  // Its changes are committed.
            let before = try pool.read(Schema.version)
            try migrate(pool, files)
            return (before, Schema.current)
        }
    }

    private static func open(
        _ files: LedgerFiles,
        mode: LedgerMode,
        lock: ServingLock?,
        configuration: LedgerConfiguration
    ) throws(LedgerError) -> SQLiteStore {
        let reserve = DiskReserve(path: files.reserve, bytes: configuration.reserveBytes)
        return try run(files, reserve: mode.isServing ? reserve : nil) {
            let pool = try openPool(files, mode: mode, configuration: configuration)
            var boot: Boot?
            var checkpointer: Checkpointer?
            if case .serve(let receiver) = mode {
                try migrate(pool, files)
                boot = try Boot.begin(
                    as: receiver,
                    pool,
                    reserve: reserve,
                    timeout: configuration.heartbeatTimeout
                )
                checkpointer = try Checkpointer(files: files, pages: configuration.checkpointPages)
            } else {
                let found = try pool.read(Schema.version)
                guard found == Schema.current else {
                    throw LedgerError.otherVersion(location: files.database, found: found, wanted: Schema.current)
                }
            }
            let engine = try SQLiteVersion.current().engine
            let writer = LedgerWriter(
                pool: pool,
                boot: boot,
                configuration: configuration,
                reserve: reserve,
                checkpointer: checkpointer,
                lock: lock
            )
            return SQLiteStore(
                location: files.database,
                engine: engine,
                pool: pool,
                writer: writer
            )
        }
    }

    private static func migrate(_ pool: DatabasePool, _ files: LedgerFiles) throws {
        let isNewer = try pool.read(Schema.migrator.hasBeenSuperseded)
        guard !isNewer else { throw LedgerError.tooNew(location: files.database) }
        try Schema.migrator.migrate(pool)
    }

    /// Runs what opens the database; on a full disk once more with the space of the reserve.
    private static func run<Value>(
        _ files: LedgerFiles,
        reserve: DiskReserve?,
        _ body: () throws -> Value
    ) throws(LedgerError) -> Value {
        do {
            do {
                return try body()
            } catch let error as DatabaseError where isFull(error, files) && reserve?.release() == true {
                return try body()
            }
        } catch let error as LedgerError {
            throw error
        } catch let error as DatabaseError where isFull(error, files) {
            throw .noSpace(location: files.database)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            throw .unavailable(reason: "another process has locked \(files.database)")
        } catch {
            throw .cannotOpen(location: files.database, reason: reason(error))
        }
    }

    private static func openPool(
        _ files: LedgerFiles,
        mode: LedgerMode,
        configuration: LedgerConfiguration
    ) throws -> DatabasePool {
        var settings = Configuration()
        settings.label = "ledger"
        settings.foreignKeysEnabled = true
        settings.busyMode = .timeout(Double(configuration.busyTimeout.wholeMilliseconds) / 1000)
        settings.maximumReaderCount = 4
        if mode == .inspect { settings.readonly = true }
        settings.prepareDatabase { db in
            // A checkpoint is made by the serving process only, and only under the write lock; see `Checkpointer`.
            if mode.isServing {
                try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            } else {
                try db.disableCheckpoints()
            }
            if mode == .inspect { try db.execute(sql: "PRAGMA query_only = 1") }
        }
        let pool = try DatabasePool(path: files.database, configuration: settings)
        // When the disk fails while SQLite switches the mode, it goes on in the old one, and GRDB does not look: then a
        // power cut could take the last commit back.
        let journalMode = try pool.read { db in try String.fetchOne(db, sql: "PRAGMA journal_mode") }
        guard journalMode == "wal" else {
            let mode = journalMode ?? "unknown"
            throw LedgerError.cannotOpen(
                location: files.database,
                reason: "cannot enable WAL mode (journal mode is \(mode)); check the disk and restart"
            )
        }
        guard mode != .inspect else { return pool }
        try pool.writeWithoutTransaction { db in
            // GRDB sets NORMAL with WAL; that survives a crash of the program, not of the machine.
            try db.execute(sql: "PRAGMA synchronous = FULL")
            if mode.isServing {
                // In KiB: SQLite's own 2000 are outgrown by the inner pages of the indexes that each callback touches.
                try db.execute(sql: "PRAGMA cache_size = -4096")
                // The log is truncated to this when it is restarted: no checkpoint has to do it.
                try db.execute(sql: "PRAGMA journal_size_limit = \(configuration.checkpointPages * 4096 * 4)")
            }
            if let pages = configuration.maxPages { try db.execute(sql: "PRAGMA max_page_count = \(pages)") }
        }
        return pool
    }

    /// Whether the disk has no room: SQLite reports that in several ways while it opens its files.
    private static func isFull(_ error: DatabaseError, _ files: LedgerFiles) -> Bool {
        switch error.resultCode {
        case .SQLITE_FULL: true
        // The shared memory beside the database cannot be given its size.
        case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_SHMSIZE: true
        case .SQLITE_IOERR, .SQLITE_CANTOPEN: files.freeBytes.map { $0 < 256 << 10 } ?? false
        default: false
        }
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? DatabaseError else { return "\(type(of: error))" }
        let message = error.message ?? "\(error.resultCode)"
        switch error.resultCode {
        case .SQLITE_NOTADB, .SQLITE_CORRUPT:
            return "\(message); the file is damaged: restore it from a backup, or move it away to start empty"
        default: return message
        }
    }
}

extension LedgerMode {
    /// Whether a receiver serves.
    fileprivate var isServing: Bool { if case .serve = self { true } else { false } }
}
