import GRDB
import RicevutaCore

/// Reads rows for a list, and leaves out those that cannot be read: one damaged row must not hide all the others.
struct LenientRowReader {
    private let db: Database
    /// Called for each row that is left out.
    private let leaveOut: () -> Void

    init(_ db: Database, leaveOut: @escaping () -> Void) {
        self.db = db
        self.leaveOut = leaveOut
    }

    /// The entries of a query in its order.
    ///
    /// - Parameters:
    ///   - sql: The query; without a limit of its own, as rows that are left out do not count.
    ///   - arguments: Its arguments.
    ///   - limit: The most entries; `nil` for all.
    ///   - entry: Reads a row; `nil` when it is not wanted.
    /// - Returns: The entries.
    /// - Throws: What the database throws.
    func list<Entry>(
        _ sql: String,
        _ arguments: StatementArguments = [],
        limit: Int? = nil,
        _ entry: (Row) throws(UnreadableRow) -> Entry?
    ) throws -> [Entry] {
        var entries: [Entry] = []
        let rows = try Row.fetchCursor(db, sql: sql, arguments: arguments)
        while entries.count < limit ?? .max, let row = try rows.next() {
            do throws(UnreadableRow) {
                if let entry = try entry(row) { entries.append(entry) }
            } catch {
                leaveOut()
            }
        }
        return entries
    }
}

extension SQLiteStore {
    /// Reads a list from a snapshot of what is committed.
    func list<Value: Sendable>(
        _ doing: String,
        _ body: @escaping @Sendable (LenientRowReader) throws -> Value
    ) async throws(LedgerError) -> Value {
        try await read(doing) { db in try body(LenientRowReader(db) { self.countUnlisted() }) }
    }
}
