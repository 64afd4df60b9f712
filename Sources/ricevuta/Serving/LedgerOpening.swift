import RicevutaConfiguration
import RicevutaCore
import SQLiteLedger

/// Opens the ledger that a configuration asks for: the one place in the program that knows which adapter that is.
struct LedgerOpening: Sendable {
    private let directory: String
    private let configuration: LedgerConfiguration

    /// Reads what the ledger has to know.
    init(_ configuration: Configuration) {
        directory = DataDirectory(path: configuration.dataDirectory).ledger
        self.configuration = LedgerConfiguration(
            rules: LedgerRules(
                readBacks: ReadBackPlan(
                    minInterval: configuration.reconciliation.minReadBackInterval,
                    maxPerHour: configuration.maxReadBacksPerHour
                ),
                tokens: TokenLifetime(afterFinal: configuration.tokenLifetimeAfterFinal)
            )
        )
    }

    /// Whether a ledger has been made.
    ///
    /// - Throws: `LedgerError` when this user may not look: a directory that is closed to them is not one without a
    ///   ledger, and making another would not help.
    var exists: Bool { get throws(LedgerError) { try SQLiteStore.exists(at: directory) } }

    /// Opens it.
    ///
    /// - Throws: `LedgerError`.
    func open(_ mode: LedgerMode) throws(LedgerError) -> any LedgerStore {
        try SQLiteStore.open(at: directory, mode: mode, configuration: configuration)
    }

    /// Brings its schema to this program's version, while nobody serves it.
    ///
    /// - Returns: The schema's version before and after.
    /// - Throws: `LedgerError`.
    func migrate() throws(LedgerError) -> (before: Int, after: Int) {
        try SQLiteStore.migrate(at: directory, configuration: configuration)
    }
}

extension LedgerOpening {
    /// Copies the ledger of one data directory into another, also while it is served.
    ///
    /// - Returns: What the copy holds.
    /// - Throws: `LedgerError`.
    static func copy(
        from source: DataDirectory,
        to target: DataDirectory
    ) throws(LedgerError) -> LedgerInventory {
        try SQLiteStore.copy(from: source.ledger, to: target.ledger)
    }

    /// What the ledger of a data directory holds; `nil` when there is none.
    ///
    /// - Throws: `LedgerError`.
    static func inventory(of directory: DataDirectory) throws(LedgerError) -> LedgerInventory? {
        guard try SQLiteStore.exists(at: directory.ledger) else { return nil }
        return try SQLiteStore.inventory(at: directory.ledger)
    }

    /// What is wrong with the ledger of a data directory, a line each.
    ///
    /// - Throws: `LedgerError`.
    static func problems(of directory: DataDirectory) throws(LedgerError) -> [String] {
        try SQLiteStore.problems(at: directory.ledger)
    }
}
