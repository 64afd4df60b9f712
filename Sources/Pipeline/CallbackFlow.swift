public import Logging
public import RicevutaCore
public import ServiceLifecycle

/// The path of one callback, and the services along it.
///
/// | stage | file | reads | writes, in one transaction | a crash repeats |
/// |---|---|---|---|---|
/// | admission | `Intake.admit` | path, token, address | nothing | nothing |
/// | intake | `Intake.take` | body | nothing; the journal's record is synced, then 200 | nothing: not answered |
/// | ledger | `CallbackApplying` | the journal | callback, order, verify job | the batch, known by its numbers |
/// | verifier | `OrderVerification` | `GET /richiesta/{id}` | order, notifications, deliveries, jobs | the read-back |
/// | fetcher | `DocumentFetch` | `GET /documento/{id}` | document, notification, deliveries, jobs | the fetch |
/// | dispatcher | `DispatcherService` | notification, document | its outcome, the next attempt | the attempt, same id |
/// | poll | `OrderVerification` | as the verifier | as the verifier | the read-back |
///
/// The journal is the write-ahead log, and 200 means that the callback is in it. The ledger is the system of record:
/// from there on there is only the ledger between two stages, and one that is done has written the next one's job.
public struct CallbackFlow: Sendable {
    /// The way in.
    public let intake: Intake
    /// Reads orders back.
    public let verifier: VerifierService
    /// Fetches documents.
    public let fetcher: FetcherService
    /// Hands notifications to sinks.
    public let dispatcher: DispatcherService
    /// Ends the services' loops once another flow has taken over.
    public let drain = Drain()
    private let memory: IntakeMemory
    /// What the providers' APIs are like at the moment.
    public let health: ProviderHealth

    /// What the flow stands on.
    public struct Ports: Sendable {
        /// Makes callbacks durable.
        public var journal: any CallbackJournaling
        /// Work and outcomes of each stage.
        public var ledger: any VerificationLedger & FetchLedger & DeliveryLedger
        /// The providers' orders.
        public var readers: [ProviderID: any OrderReader]
        /// The providers' documents.
        public var documents: [ProviderID: any DocumentSource]
        /// Documents on disk.
        public var archive: any DocumentArchive
        /// The destinations.
        public var sinks: [any Sink]

        /// Names the ports.
        public init(
            journal: any CallbackJournaling,
            ledger: any VerificationLedger & FetchLedger & DeliveryLedger,
            readers: [ProviderID: any OrderReader],
            documents: [ProviderID: any DocumentSource],
            archive: any DocumentArchive,
            sinks: [any Sink]
        ) {
            self.journal = journal
            self.ledger = ledger
            self.readers = readers
            self.documents = documents
            self.archive = archive
            self.sinks = sinks
        }
    }

    /// Assembles the flow.
    ///
    /// - Parameters:
    ///   - ports: What it stands on.
    ///   - provider: Whose callbacks the intake takes.
    ///   - keys: Check tokens, at admission and in the API's echo.
    ///   - policy: Whom callbacks are taken from.
    ///   - routing: Which sink wants what.
    ///   - settings: Limits and intervals.
    ///   - environment: Clock and random source.
    ///   - past: What an earlier flow of this process knew.
    ///   - logger: The logger of every stage; `stage` is added.
    public init(
        ports: Ports,
        provider: ProviderID,
        keys: CallbackTokenKeys,
        policy: SourcePolicy,
        routing: DeliveryRouting,
        settings: FlowSettings,
        environment: FlowEnvironment,
        after past: CallbackFlow? = nil,
        logger: Logger
    ) {
        memory = past?.memory ?? IntakeMemory()
        let health = past?.health ?? ProviderHealth(now: environment.now, logger: logger)
        self.health = health
        func named(_ stage: String) -> Logger {
            var logger = logger
            logger[metadataKey: "stage"] = "\(stage)"
            return logger
        }
        intake = Intake(
            journal: ports.journal,
            provider: provider,
            keys: keys,
            policy: policy,
            memory: memory,
            limits: settings.intake,
            now: environment.now,
            logger: named("intake")
        )
        verifier = VerifierService(
            ledger: ports.ledger,
            readers: Dictionary(
                uniqueKeysWithValues: ports.readers.map {
                    ($0.key, WatchedReader(provider: $0.key, reader: $0.value, health: health))
                }
            ),
            nonceOf: { text in
                switch keys.check(text) {
                case .valid(let nonce, _), .retired(let nonce, _): nonce
                case .invalid: nil
                }
            },
            routing: routing,
            settings: settings,
            environment: environment,
            drain: drain,
            logger: named("verifier")
        )
        fetcher = FetcherService(
            ledger: ports.ledger,
            documents: Dictionary(
                uniqueKeysWithValues: ports.documents.map {
                    ($0.key, WatchedDocuments(provider: $0.key, documents: $0.value, health: health))
                }
            ),
            archive: ports.archive,
            routing: routing,
            settings: settings,
            environment: environment,
            drain: drain,
            logger: named("fetcher")
        )
        dispatcher = DispatcherService(
            ledger: ports.ledger,
            documents: ports.archive,
            sinks: ports.sinks,
            settings: settings,
            environment: environment,
            drain: drain,
            after: past?.dispatcher,
            logger: named("dispatcher")
        )
    }

    /// The services, in the order in which they start; a group stops them in reverse.
    public var services: [any Service] { [dispatcher, fetcher, verifier] }
}
