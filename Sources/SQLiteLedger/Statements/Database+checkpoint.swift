import CSQLiteShim
public import GRDB

extension Database {
    /// Keeps this connection from ever copying the write-ahead log into the database: neither after a commit, nor when
    /// it is the last one to close.
    ///
    /// - Throws: `DatabaseError`.
    public func disableCheckpoints() throws {
        try execute(sql: "PRAGMA wal_autocheckpoint = 0")
        guard let connection = unsafe sqliteConnection else { throw DatabaseError(resultCode: .SQLITE_MISUSE) }
        let status = unsafe sqlite_shim_no_checkpoint_on_close(UnsafeMutableRawPointer(connection))
        guard status == 0 else { throw DatabaseError(resultCode: ResultCode(rawValue: status)) }
    }
}
