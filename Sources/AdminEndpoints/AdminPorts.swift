public import BaseKit
public import RicevutaCore

/// What the admin server asks the rest of the program.
public struct AdminPorts: Sendable {
    /// Why the program cannot take callbacks now, one sentence each, without secrets; empty when it can.
    public var problems: @Sendable () async -> [String]
    /// What stores the ledger, for readiness and metrics.
    public var engine: LedgerEngine
    /// Counts of what the ledger holds.
    public var summary: @Sendable () async throws(LedgerError) -> LedgerSummary
    /// What the journal reports of itself.
    public var journal: @Sendable () -> JournalCounts
    /// Which program runs.
    public var build: BuildInfo
    /// What the data directory's disk holds; waits for a disk for a moment at most.
    public var storage: @Sendable () async -> StorageCounts
    /// When the certificate of the listener for callbacks expires; `nil` without TLS.
    public var certificateExpiry: @Sendable () -> Timestamp?
    /// Check links to documents, as the configuration in use says.
    public var links: @Sendable () -> DocumentLinks
    /// Which configuration is in use.
    public var configuration: @Sendable () -> ConfigurationStatus
    /// Kinds of calls to providers that fail.
    public var providers: @Sendable () -> [ProviderCondition]
    /// Kinds of calls to the provider whose circuit is open.
    public var openCircuits: @Sendable () -> Set<String>
    /// The document with that SHA-256, `nil` when there is none; asked only after the link was found good.
    public var document: @Sendable (_ sha256: String) async -> ServedDocument?
    /// The clock that links expire by.
    public var now: @Sendable () -> Timestamp

    /// Names the ports.
    public init(
        problems: @escaping @Sendable () async -> [String],
        engine: LedgerEngine,
        summary: @escaping @Sendable () async throws(LedgerError) -> LedgerSummary,
        journal: @escaping @Sendable () -> JournalCounts,
        build: BuildInfo,
        storage: @escaping @Sendable () async -> StorageCounts,
        certificateExpiry: @escaping @Sendable () -> Timestamp? = { nil },
        links: @escaping @Sendable () -> DocumentLinks,
        configuration: @escaping @Sendable () -> ConfigurationStatus,
        providers: @escaping @Sendable () -> [ProviderCondition] = { [] },
        openCircuits: @escaping @Sendable () -> Set<String> = { [] },
        document: @escaping @Sendable (_ sha256: String) async -> ServedDocument?,
        now: @escaping @Sendable () -> Timestamp = { .now() }
    ) {
        self.problems = problems
        self.engine = engine
        self.summary = summary
        self.journal = journal
        self.build = build
        self.storage = storage
        self.certificateExpiry = certificateExpiry
        self.links = links
        self.configuration = configuration
        self.providers = providers
        self.openCircuits = openCircuits
        self.document = document
        self.now = now
    }
}
