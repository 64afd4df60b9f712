public import RicevutaCore

/// What the console asks the rest of the program.
public struct AdminPorts: Sendable {
    /// Why the program cannot take callbacks now, one sentence each, without secrets; empty when it can.
    public var problems: @Sendable () async -> [String]
    /// What stores the ledger, for readiness and metrics.
    public var engine: LedgerEngine
    /// Counts of what the ledger holds.
    public var summary: @Sendable () async throws(LedgerError) -> LedgerSummary
    /// What the journal reports of itself.
    public var journal: @Sendable () -> JournalCounts
    /// Whether a link to a document is ours and has not expired; checks in constant time.
    public var isGood: @Sendable (DocumentLink) -> Bool
    /// The document with that SHA-256, `nil` when there is none; asked only after the link was found good.
    public var document: @Sendable (_ sha256: String) async -> ServedDocument?

    /// Names the ports.
    public init(
        problems: @escaping @Sendable () async -> [String],
        engine: LedgerEngine,
        summary: @escaping @Sendable () async throws(LedgerError) -> LedgerSummary,
        journal: @escaping @Sendable () -> JournalCounts,
        isGood: @escaping @Sendable (DocumentLink) -> Bool,
        document: @escaping @Sendable (_ sha256: String) async -> ServedDocument?
    ) {
        self.problems = problems
        self.engine = engine
        self.summary = summary
        self.journal = journal
        self.isGood = isGood
        self.document = document
    }
}
