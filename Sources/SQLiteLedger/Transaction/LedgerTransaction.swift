import BaseKit
import GRDB
import RicevutaCore

/// One transaction of the writer: all changes to the ledger are made through it.
///
/// Lives on the writer's thread, inside one access to the database.
final class LedgerTransaction {
    let db: Database
    let boot: Boot?
    let rules: LedgerRules
    let notifier: JobNotifier
    /// What is known of orders from earlier callbacks; see ``OrderCache``.
    var orderCache: OrderCache
    /// The latest time at which a job was scheduled, by the wall clock; `nil` when it has to be looked up.
    var latestSchedule: Timestamp?
    /// Whom to wake once the transaction is synced.
    var wakes: [(JobKind, Duration)] = []
    /// The statement that inserts a callback: looked up once, not by its text for each.
    private var insertion: Statement?
    /// Rows that could not be read: passed over, or their job quarantined.
    var unreadableRows = 0
    /// Callbacks found to claim another order than that of their token.
    var mismatched = 0
    /// Callbacks found to claim what the API does not show.
    var unconfirmed: UnconfirmedCallbacks?

    init(
        _ db: Database,
        boot: Boot?,
        rules: LedgerRules,
        notifier: JobNotifier,
        orderCache: OrderCache = OrderCache()
    ) {
        self.db = db
        self.orderCache = orderCache
        self.boot = boot
        self.rules = rules
        self.notifier = notifier
    }

    /// Runs a statement with arguments in the order of its question marks.
    func run(_ sql: String, _ arguments: StatementArguments) throws {
        try db.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// The statement that inserts a callback.
    func insertion(_ sql: String) throws -> Statement {
        if let insertion { return insertion }
        let statement = try db.cachedStatement(sql: sql)
        insertion = statement
        return statement
    }

    /// The first row of a query.
    func row(_ sql: String, _ arguments: StatementArguments) throws -> Row? {
        try Row.fetchOne(db.cachedStatement(sql: sql), arguments: arguments)
    }

    /// All rows of a query.
    func rows(_ sql: String, _ arguments: StatementArguments) throws -> [Row] {
        try Row.fetchAll(db.cachedStatement(sql: sql), arguments: arguments)
    }

    /// Runs `body` so that, if it throws, all that it changed is undone and the rest of the transaction stays.
    func isolated<Value>(_ body: () throws -> Value) throws -> Value {
        var value: Value?
        try db.inSavepoint {
            value = try body()
            return .commit
        }
        guard let value else { throw DatabaseError(resultCode: .SQLITE_INTERNAL) }
        return value
    }

    /// Wakes those that wait for the kind, when the job is due.
    func wake(_ kind: JobKind, due: Timestamp, now: Timestamp) { wakes.append((kind, due - now)) }
}
