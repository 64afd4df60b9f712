public import Logging
public import RicevutaCore
public import ServiceLifecycle

/// Brings documents from the provider into the archive.
public struct FetcherService: Service {
    private let fetch: DocumentFetch
    private let settings: FlowSettings

    /// Creates a service.
    ///
    /// - Parameters:
    ///   - ledger: Where work comes from and outcomes go.
    ///   - documents: The provider's documents.
    ///   - archive: Where they are kept.
    ///   - routing: Which sink wants what.
    ///   - settings: Limits and intervals.
    ///   - environment: Clock and random source.
    ///   - logger: Gets a line for each document.
    public init(
        ledger: any FetchLedger,
        documents: any DocumentSource,
        archive: any DocumentArchive,
        routing: DeliveryRouting,
        settings: FlowSettings,
        environment: FlowEnvironment,
        logger: Logger
    ) {
        fetch = DocumentFetch(
            ledger: ledger,
            documents: documents,
            archive: archive,
            routing: routing,
            settings: settings,
            environment: environment,
            logger: logger
        )
        self.settings = settings
    }

    /// Runs until graceful shutdown or cancellation.
    public func run() async {
        await JobLoop(
            kind: .fetch,
            ledger: fetch.ledger,
            maxInFlight: settings.fetchers,
            claim: { [fetch, settings] room throws(LedgerError) in
                let work = try await fetch.ledger.claimFetch(
                    limit: room,
                    now: fetch.environment.now(),
                    leaseFor: settings.fetchLease
                )
                return JobLoop<FetchWork>.Claimed(work: work, hasMore: work.count == room)
            },
            perform: { [fetch] work in await fetch.perform(work) },
            logger: fetch.logger
        ).run()
    }
}
