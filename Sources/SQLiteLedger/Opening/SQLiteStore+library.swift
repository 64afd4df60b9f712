import GRDBSQLite

extension SQLiteStore {
    /// The version of the SQLite library in use, such as `3.40.1`.
    ///
    /// The corresponding C function is `sqlite3_libversion`.
    public static var libraryVersion: String { unsafe String(cString: sqlite3_libversion()) }
}
