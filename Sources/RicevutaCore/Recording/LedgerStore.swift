/// The system of record as the program uses it: all of the ledger's ports, and its own life.
///
/// An adapter is one type of this kind. It keeps to what the ports promise, and to nothing else that a caller could
/// rely on: how it stores things is its own affair.
public protocol LedgerStore: CallbackApplying, VerificationLedger, FetchLedger, DeliveryLedger, PlacementLedger,
    RetentionLedger, LedgerReader, LedgerAdministration
{
    /// Where the data lies, for logs and errors; without secrets.
    var location: String { get }

    /// What stores the data.
    var engine: LedgerEngine { get }

    /// How the last writes went.
    var health: LedgerHealth { get }

    /// Returns once the store has answered: never, if it hangs.
    ///
    /// - Throws: ``LedgerError``.
    func ping() async throws(LedgerError)

    /// The greatest id of an entry about a callback, whoever received it; 0 without any.
    ///
    /// A journal whose numbers are greater needs no other ids for its entries.
    ///
    /// - Throws: ``LedgerError``.
    func newestCallback() async throws(LedgerError) -> Int64

    /// The greatest number of a callback that this receiver's journal has handed over; `nil` when that was never noted.
    ///
    /// It may be greater than any number recorded here: a callback that repeats a fact gets no entry of its own.
    ///
    /// - Throws: ``LedgerError``.
    func handedOver() async throws(LedgerError) -> Int64?

    /// Writes what is queued, gives back all leases and closes the store.
    ///
    /// Afterwards everything throws ``LedgerError/closed``, and callbacks are answered ``ApplyOutcome/failed``.
    func close() async
}

/// What a ledger is opened for.
public enum LedgerMode: Sendable, Equatable {
    /// To take callbacks and do jobs, as this receiver: one process at a time.
    case serve(as: ReceiverID)
    /// For an operator's command that changes something, also while another process serves: short transactions, no
    /// jobs.
    case operate
    /// For an operator's command that only reads, also while another process serves.
    case inspect
}

/// What stores a ledger's data.
public struct LedgerEngine: Sendable, Equatable, CustomStringConvertible {
    /// Its name in lower case, for example `sqlite`.
    public var name: String
    /// Its version, for example `3.40.1`.
    public var version: String
    /// What an operator should know of this version; empty without anything.
    public var note: String
    /// The same for metrics and programs, by the name of a label.
    public var labels: [String: String]

    /// Names an engine.
    public init(name: String, version: String, note: String = "", labels: [String: String] = [:]) {
        self.name = name
        self.version = version
        self.note = note
        self.labels = labels
    }

    /// Name, version and note, for logs, readiness and `status`.
    public var description: String { note.isEmpty ? "\(name) \(version)" : "\(name) \(version) (\(note))" }
}

/// How a ledger's last writes went.
public struct LedgerHealth: Sendable, Equatable {
    /// Whether the last transaction failed.
    public var isFailing: Bool
    /// Why callbacks could not be recorded when that was tried last, without personal data; `nil` when they could.
    ///
    /// Unlike ``isFailing``, no other write that succeeds clears it.
    public var refusal: String?

    /// Creates a condition; by default all is well.
    public init(isFailing: Bool = false, refusal: String? = nil) {
        self.isFailing = isFailing
        self.refusal = refusal
    }
}
