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
