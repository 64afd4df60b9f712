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

    /// Runs a statement that gives no rows, whose last value is bytes that SQLite reads where they are.
    ///
    /// - Parameters:
    ///   - bytes: The last value.
    ///   - bind: Gives the others, in the order of the question marks.
    /// - Throws: `DatabaseError`.
    public func run(last bytes: [UInt8], _ bind: (inout StatementValues) -> Void) throws {
        try unsafe bytes.withUnsafeBytes { bytes in
            // Bound for no longer than the bytes lie here: the step ends with the bindings cleared.
            try step({ values in
                bind(&values)
                unsafe values.add(borrowed: bytes)
            }) { _ in }
        }
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
        try unsafe withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 1) { scratch in
            defer {
                // Its result repeats that of the step.
                _ = unsafe sqlite3_reset(statement)
                _ = unsafe sqlite3_clear_bindings(statement)
            }
            var values = unsafe StatementValues(statement, scratch: scratch)
            bind(&values)
            guard values.status == SQLITE_OK else { throw unsafe error(values.status, statement) }
            let status = unsafe sqlite3_step(statement)
            switch status {
            case SQLITE_ROW: try read(unsafe StatementRow(statement))
            case SQLITE_DONE: return
            default: throw unsafe error(status, statement)
            }
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
    /// Where texts lie until the step is over, as long as there is room: SQLite would allocate memory for each.
    private let scratch: UnsafeMutableRawBufferPointer
    private var used = 0
    private var position: Int32 = 0
    /// The first failure, as SQLite numbers them.
    private(set) var status = SQLITE_OK

    init(_ statement: SQLiteStatement, scratch: UnsafeMutableRawBufferPointer) {
        unsafe self.statement = statement
        unsafe self.scratch = scratch
    }

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
        let result = text.withUTF8 { utf8 -> Int32 in
            let utf8 = UnsafeRawBufferPointer(utf8)
            guard let place = unsafe place(for: utf8) else { return unsafe bind(utf8, copied) }
            return unsafe bind(place, nil)
        }
        note(result)
    }

    @unsafe
    private func bind(_ utf8: UnsafeRawBufferPointer, _ destructor: sqlite3_destructor_type?) -> Int32 {
        // SQLite takes a null pointer for null.
        guard let start = utf8.baseAddress, unsafe !utf8.isEmpty else {
            return unsafe sqlite3_bind_text(statement, position, "", 0, copied)
        }
        return unsafe sqlite3_bind_text(
            statement,
            position,
            start.assumingMemoryBound(to: CChar.self),
            Int32(clamping: utf8.count),
            destructor
        )
    }

    /// Binds bytes.
    public mutating func add(_ bytes: [UInt8]) {
        position += 1
        note(
            unsafe bytes.withUnsafeBytes { bytes in
                guard unsafe !bytes.isEmpty else { return unsafe sqlite3_bind_zeroblob(statement, position, 0) }
                let size = Int32(clamping: bytes.count)
                guard let place = unsafe place(for: bytes) else {
                    return unsafe sqlite3_bind_blob(statement, position, bytes.baseAddress, size, copied)
                }
                return unsafe sqlite3_bind_blob(statement, position, place.baseAddress, size, nil)
            }
        )
    }

    /// Copies bytes to where they lie until the step is over; `nil` when there is no room.
    @unsafe
    private mutating func place(for bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard unsafe used + bytes.count <= scratch.count else { return nil }
        let place = unsafe UnsafeMutableRawBufferPointer(rebasing: scratch[used..<used + bytes.count])
        unsafe place.copyMemory(from: bytes)
        used += bytes.count
        return UnsafeRawBufferPointer(place)
    }

    /// Binds bytes that outlive the binding.
    @unsafe
    fileprivate mutating func add(borrowed bytes: UnsafeRawBufferPointer) {
        position += 1
        guard unsafe !bytes.isEmpty else { return note(unsafe sqlite3_bind_zeroblob(statement, position, 0)) }
        note(unsafe sqlite3_bind_blob(statement, position, bytes.baseAddress, Int32(clamping: bytes.count), nil))
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
        /// `NULL`.
        case null
        /// A whole number.
        case integer(Int64)
        /// A text; bytes that are no UTF-8 are replaced.
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
