public import Logging
public import RicevutaCore
public import ServiceLifecycle

/// Brings documents from the provider into the archive.
public struct FetcherService: Service {
    private let ledger: any FetchLedger
    private let fetches: [ProviderID: DocumentFetch]
    private let settings: FlowSettings
    private let environment: FlowEnvironment
    private let drain: Drain
    private let logger: Logger

    /// Creates a service.
    ///
    /// - Parameters:
    ///   - ledger: Where work comes from and outcomes go.
    ///   - documents: The providers' documents.
    ///   - archive: Where they are kept.
    ///   - routing: Which sink wants what.
    ///   - settings: Limits and intervals.
    ///   - environment: Clock and random source.
    ///   - drain: Ends the loop once another has taken over.
    ///   - logger: Gets a line for each document.
    public init(
        ledger: any FetchLedger,
        documents: [ProviderID: any DocumentSource],
        archive: any DocumentArchive,
        routing: DeliveryRouting,
        settings: FlowSettings,
        environment: FlowEnvironment,
        drain: Drain = Drain(),
        logger: Logger
    ) {
        let overdue = OverdueDocuments(patience: settings.documentOverdueAfter)
        fetches = documents.mapValues { source in
            DocumentFetch(
                ledger: ledger,
                documents: source,
                archive: archive,
                routing: routing,
                settings: settings,
                environment: environment,
                logger: logger,
                overdue: overdue
            )
        }
        self.ledger = ledger
        self.settings = settings
        self.environment = environment
        self.drain = drain
        self.logger = logger
    }

    private var missing: MissingProvider {
        MissingProvider(
            ledger: ledger,
            wait: settings.reconciliation.maxInterval,
            environment: environment,
            logger: logger
        )
    }

    /// Runs until graceful shutdown or cancellation.
    public func run() async {
        await JobLoop(
            kind: .fetch,
            ledger: ledger,
            maxInFlight: settings.fetchers,
            lease: { [ledger, environment, settings] room throws(LedgerError) in
                let work = try await ledger.leaseFetches(
                    limit: room,
                    now: environment.now(),
                    leaseFor: settings.fetchLease
                )
                return JobLoop<FetchWork>.Leased(work: work, hasMore: work.count == room)
            },
            perform: { [fetches, missing] work in
                if let fetch = fetches[work.order.provider] {
                    await fetch.perform(work)
                } else {
                    await missing.perform(work.lease, of: work.order)
                }
            },
            drain: drain,
            logger: logger
        ).run()
    }
}
