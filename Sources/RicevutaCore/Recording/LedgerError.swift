/// Why the ledger could not do what was asked.
///
/// A `location` is what the adapter calls the place where the data lies, such as a path or a host's name, without
/// secrets.
public enum LedgerError: Error, Equatable, Sendable {
    /// Another process serves this ledger.
    case inUse(location: String)
    /// The data was written by a newer version of this program.
    case tooNew(location: String)
    /// The schema is of another version than this program's, which only `serve` and `ledger migrate` change.
    case otherVersion(location: String, found: Int, wanted: Int)
    /// There is no room to open the ledger.
    case noSpace(location: String)
    /// The ledger cannot be opened or created.
    case cannotOpen(location: String, reason: String)
    /// The store cannot be reached or is busy: nothing was changed, and the same may succeed later.
    case unavailable(reason: String)
    /// The job was taken over, finished or asked for in another way meanwhile; nothing was changed.
    case leaseLost(job: Int64)
    /// Nothing in the ledger has this name.
    case notFound(what: String, name: String)
    /// Several things in the ledger have names that begin like this: these, the first few of them.
    case ambiguous(what: String, name: String, candidates: [String])
    /// The change would contradict what is recorded.
    case conflict(String)
    /// The store failed while doing this; the reason says what to do next.
    case storage(doing: String, reason: String)
    /// The ledger is closing.
    case closed
}

extension LedgerError: CustomStringConvertible {
    /// One line for an operator, with what to do next.
    public var description: String {
        switch self {
        case .inUse(let location):
            "the ledger \(location) is in use by another ricevuta process; stop it, or use another data directory"
        case .tooNew(let location):
            "the ledger \(location) was written by a newer ricevuta; run that version or a newer one"
        case .otherVersion(let location, let found, let wanted):
            """
            the ledger \(location) has schema version \(found), this program needs \(wanted): restart the service, so \
            that both have the same version; without a service, run `ricevuta ledger migrate`
            """
        case .noSpace(let location): "cannot open the ledger \(location): the disk is full; free some space"
        case .cannotOpen(let location, let reason): "cannot open the ledger \(location): \(reason)"
        case .unavailable(let reason): "the ledger is not available: \(reason); try again later"
        case .leaseLost(let job): "lease lost on job \(job)"
        case .notFound(let what, let name): "\(what) '\(name)' not found"
        case .ambiguous(let what, let name, let candidates):
            "'\(name)' is ambiguous: \(what) \(candidates.joined(separator: ", ")); give more of the name"
        case .conflict(let reason): reason
        case .storage(let doing, let reason): "ledger failure while \(doing): \(reason)"
        case .closed: "the ledger is closing"
        }
    }
}
