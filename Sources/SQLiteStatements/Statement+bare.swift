public import GRDB
import GRDBSQLite

/// Statements on the way of every callback: bound and stepped as SQLite does it, without a box for each value.
///
/// To be used as GRDB's own calls are: inside one access to the database, on its thread.
extension Statement {
    /// Runs a statement that gives no rows.
    ///
    /// - Parameter bind: Gives the values, in the order of the question marks.
    /// - Throws: `DatabaseError`.
    public func run(_ bind: (inout StatementValues) -> Void) throws {
        try step(bind) { _ in }
    }

    /// The first row of a query, read where SQLite keeps it.
    ///
    /// - Parameters:
    ///   - bind: Gives the values, in the order of the question marks.
    ///   - read: Reads the row, which lasts as long as the call.
    /// - Returns: What `read` returns; `nil` when there is no row.
    /// - Throws: `DatabaseError`, or what `read` throws.
    public func firstRow<Result>(
        _ bind: (inout StatementValues) -> Void,
        _ read: (borrowing StatementRow) throws -> Result
    ) throws -> Result? {
        var result: Result?
        try step(bind) { result = try read($0) }
        return result
    }

    private func step(
        _ bind: (inout StatementValues) -> Void,
        _ read: (borrowing StatementRow) throws -> Void
    ) throws {
        let statement = unsafe sqliteStatement
        defer {
            // Its result repeats that of the step.
            _ = unsafe sqlite3_reset(statement)
            _ = unsafe sqlite3_clear_bindings(statement)
        }
        var values = unsafe StatementValues(statement)
        bind(&values)
        guard values.status == SQLITE_OK else { throw unsafe error(values.status, statement) }
        let status = unsafe sqlite3_step(statement)
        switch status {
        case SQLITE_ROW: try read(unsafe StatementRow(statement))
        case SQLITE_DONE: return
        default: throw unsafe error(status, statement)
        }
    }

    private func error(_ status: Int32, _ statement: SQLiteStatement) -> DatabaseError {
        let message = unsafe sqlite3_errmsg(sqlite3_db_handle(statement)).map { unsafe String(cString: $0) }
        return DatabaseError(resultCode: ResultCode(rawValue: status), message: message, sql: sql)
    }
}

/// Takes a statement's values, one after another.
@safe
public struct StatementValues: ~Copyable {
    // Borrowed from the statement that made this value for the time of one call.
    private let statement: SQLiteStatement
    private var position: Int32 = 0
    /// The first failure, as SQLite numbers them.
    private(set) var status = SQLITE_OK

    init(_ statement: SQLiteStatement) { unsafe self.statement = statement }

    /// Binds an integer, or null.
    public mutating func add(_ value: Int64?) {
        position += 1
        guard let value else { return }  // Unbound is null.
        note(unsafe sqlite3_bind_int64(statement, position, value))
    }

    /// Binds a text, or null.
    public mutating func add(_ text: String?) {
        position += 1
        guard var text else { return }
        note(
            text.withUTF8 { utf8 in
                // SQLite takes a null pointer for null, and copies before it returns.
                guard let start = utf8.baseAddress else {
                    return unsafe sqlite3_bind_text(statement, position, "", 0, nil)
                }
                return unsafe start.withMemoryRebound(to: CChar.self, capacity: utf8.count) { start in
                    unsafe sqlite3_bind_text(statement, position, start, Int32(clamping: utf8.count), copied)
                }
            }
        )
    }

    /// Binds bytes.
    public mutating func add(_ bytes: [UInt8]) {
        position += 1
        note(
            unsafe bytes.withUnsafeBytes { bytes in
                guard unsafe !bytes.isEmpty else { return unsafe sqlite3_bind_zeroblob(statement, position, 0) }
                return unsafe sqlite3_bind_blob(
                    statement,
                    position,
                    bytes.baseAddress,
                    Int32(clamping: bytes.count),
                    copied
                )
            }
        )
    }

    private mutating func note(_ result: Int32) { if status == SQLITE_OK { status = result } }
}

/// `SQLITE_TRANSIENT`, which is no constant that Swift can import.
private var copied: sqlite3_destructor_type { unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

/// One row, where SQLite keeps it.
@safe
public struct StatementRow: ~Copyable {
    /// A column's value as it is stored, whatever its declared type.
    public enum Value: Equatable {
        case null
        case integer(Int64)
        case text(String)
        /// A number with a fraction, or bytes.
        case other
    }

    // Borrowed from the statement that made this value for the time of one call.
    private let statement: SQLiteStatement

    init(_ statement: SQLiteStatement) { unsafe self.statement = statement }

    /// The value of a column, counted from 0.
    public subscript(_ column: Int32) -> Value {
        switch unsafe sqlite3_column_type(statement, column) {
        case SQLITE_NULL: .null
        case SQLITE_INTEGER: .integer(unsafe sqlite3_column_int64(statement, column))
        case SQLITE_TEXT:
            unsafe sqlite3_column_text(statement, column).map { unsafe .text(String(cString: $0)) } ?? .other
        default: .other
        }
    }
}
