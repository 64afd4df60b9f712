/// Why the ledger could not do what was asked.
public enum LedgerError: Error, Equatable, Sendable {
    /// Another process serves this ledger.
    case inUse(path: String)
    /// The database was written by a newer version of this program.
    case tooNew(path: String)
    /// The database's schema is of another version than this program's, which only `serve` and `ledger migrate` change.
    case otherVersion(path: String, found: Int, wanted: Int)
    /// The disk has no room to open the database.
    case noSpace(path: String)
    /// The database cannot be opened or created.
    case cannotOpen(path: String, reason: String)
    /// The job was taken over, finished or asked for in another way meanwhile; nothing was changed.
    case leaseLost(job: Int64)
    /// Nothing in the ledger has this name.
    case notFound(what: String, name: String)
    /// The change would contradict what is recorded.
    case conflict(String)
    /// SQLite failed while doing this; the reason says what to do next.
    case storage(doing: String, reason: String)
    /// The ledger is closing.
    case closed
}

extension LedgerError: CustomStringConvertible {
    /// One line for an operator, with what to do next.
    public var description: String {
        switch self {
        case .inUse(let path):
            "the ledger \(path) is in use by another ricevuta process; stop it, or use another data directory"
        case .tooNew(let path): "the ledger \(path) was written by a newer ricevuta; run that version or a newer one"
        case .otherVersion(let path, let found, let wanted):
            """
            the database \(path) is version \(found), this program wants \(wanted): restart the service, so that \
            program and database are of one version; without a service, run `ricevuta ledger migrate`
            """
        case .noSpace(let path): "cannot open the ledger \(path): the disk is full; free some space"
        case .cannotOpen(let path, let reason): "cannot open the ledger \(path): \(reason)"
        case .leaseLost(let job): "lease lost on job \(job)"
        case .notFound(let what, let name): "\(what) '\(name)' not found"
        case .conflict(let reason): reason
        case .storage(let doing, let reason): "ledger failure while \(doing): \(reason)"
        case .closed: "the ledger is closing"
        }
    }
}
