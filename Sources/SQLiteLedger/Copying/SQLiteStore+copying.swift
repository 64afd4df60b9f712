import BaseKit
import Foundation
import GRDB
public import RicevutaCore

extension SQLiteStore {
    /// Copies a ledger as it is at one moment, also while a process serves it, into a directory that has none.
    ///
    /// The copy holds what was committed when this began, and nothing that was deleted: SQLite writes it anew
    /// (`VACUUM INTO`), and it is one file, synced. The ledger is read and nothing else: nobody waits, and its log is
    /// not checkpointed. Blocks on the disk, for as long as reading the whole ledger takes; its log grows meanwhile.
    ///
    /// - Parameters:
    ///   - directory: Where the ledger's files lie.
    ///   - target: Where the copy goes: a directory without a ledger.
    /// - Returns: What the copy holds.
    /// - Throws: ``LedgerError/cannotOpen(location:reason:)``, ``LedgerError/storage(doing:reason:)``.
    public static func copy(from directory: String, to target: String) throws(LedgerError) -> LedgerInventory {
        let files = LedgerFiles(directory: directory)
        let copy = LedgerFiles(directory: target)
        guard !files.isMissing else { throw .cannotOpen(location: files.database, reason: "file not found") }
        try copy.prepare()  // An empty file, for which SQLite keeps the permissions.
        let inventory = try run("copying the ledger") {
            let source = try reader(files)
            defer { try? source.close() }  // It only read.
            try source.inDatabase { db in try db.execute(sql: "VACUUM INTO ?", arguments: [copy.database]) }
            let database = try DatabaseQueue(path: copy.database)
            let inventory = try database.read(Self.inventory)
            // As a ledger is kept; else nothing but a service could open it.
            try database.inDatabase { db in try db.execute(sql: "PRAGMA journal_mode = WAL") }
            try database.close()
            return inventory
        }
        do throws(FileFailure) {
            try DurableFiles.sync(file: copy.database)
        } catch {
            throw .storage(doing: "copying the ledger", reason: error.description)
        }
        return inventory
    }

    /// What a ledger holds; it may be served meanwhile.
    ///
    /// - Throws: ``LedgerError/cannotOpen(location:reason:)``, ``LedgerError/storage(doing:reason:)``.
    public static func inventory(at directory: String) throws(LedgerError) -> LedgerInventory {
        try withReader("counting what the ledger holds", directory, inventory)
    }

    /// Looks through a whole ledger for damage.
    ///
    /// Blocks for as long as reading the whole ledger takes.
    ///
    /// - Returns: What is wrong, a line each, at most ten; empty when nothing is.
    /// - Throws: ``LedgerError/cannotOpen(location:reason:)``, ``LedgerError/tooNew(location:)``,
    ///   ``LedgerError/storage(doing:reason:)``.
    public static func problems(at directory: String) throws(LedgerError) -> [String] {
        let location = LedgerFiles(directory: directory).database
        return try withReader("checking the ledger", directory) { db in
            guard try Schema.version(db) <= Schema.current else { throw LedgerError.tooNew(location: location) }
            let found = try String.fetchAll(db, sql: "PRAGMA integrity_check(10)").filter { $0 != "ok" }
            let orphans = try Row.fetchAll(db, sql: "PRAGMA foreign_key_check")
            return found
                + orphans.prefix(10 - min(10, found.count)).map { row in
                    let table: String? = row["table"]
                    let parent: String? = row["parent"]
                    return "a row of \(table ?? "a table") refers to one of \(parent ?? "another") that is missing"
                }
        }
    }

    // MARK: Reading

    private static func inventory(_ db: Database) throws -> LedgerInventory {
        var inventory = LedgerInventory()
        let orders = try Row.fetchCursor(db, sql: "SELECT key, nonce, provider_id FROM orders")
        while let row = try orders.next() {
            let nonce: String? = row["nonce"]
            let id: String? = row["provider_id"]
            let key: Int64 = row["key"]
            inventory.orders[nonce ?? id ?? String(key)] = id ?? nonce ?? String(key)
        }
        let documents = try Row.fetchCursor(
            db,
            sql: "SELECT sha256, size_bytes, kind, min(name) AS name FROM documents GROUP BY sha256, kind"
        )
        while let row = try documents.next() {
            guard let kind = DocumentKind(rawValue: row["kind"]) else { continue }
            inventory.documents.append(
                StoredDocument(sha256: row["sha256"], size: row["size_bytes"], kind: kind, name: row["name"])
            )
        }
        inventory.callbacks = try Int.fetchOne(db, sql: "SELECT count(*) FROM callbacks") ?? 0
        inventory.newestCallback = try Int64.fetchOne(
            db,
            sql: "SELECT received_at_ms FROM callbacks ORDER BY id DESC LIMIT 1"
        ).map { Timestamp(milliseconds: $0) }
        // A ledger of an older program does not say by receiver.
        guard try db.tableExists("receivers") else { return inventory }
        for row in try Row.fetchAll(db, sql: "SELECT id, handed_over FROM receivers") {
            guard let id: String = row["id"], let receiver = ReceiverID(rawValue: id) else { continue }
            inventory.handedOver[receiver] = row["handed_over"]
        }
        return inventory
    }

    private static func withReader<Value>(
        _ doing: String,
        _ directory: String,
        _ body: (Database) throws -> Value
    ) throws(LedgerError) -> Value {
        let files = LedgerFiles(directory: directory)
        guard !files.isMissing else { throw .cannotOpen(location: files.database, reason: "file not found") }
        return try run(doing) {
            let database = try reader(files)
            defer { try? database.close() }  // It only read.
            return try database.read(body)
        }
    }

    private static func run<Value>(_ doing: String, _ body: () throws -> Value) throws(LedgerError) -> Value {
        do { return try body() } catch { throw error.asLedgerError(doing: doing) }
    }

    /// A connection that changes nothing and never checkpoints.
    private static func reader(_ files: LedgerFiles) throws -> DatabaseQueue {
        var settings = Configuration()
        settings.label = "ledger-copy"
        settings.readonly = true
        settings.busyMode = .timeout(5)
        settings.prepareDatabase { db in try db.disableCheckpoints() }
        return try DatabaseQueue(path: files.database, configuration: settings)
    }
}
