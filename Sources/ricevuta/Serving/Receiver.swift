import AdminEndpoints
import AsyncHTTPClient
import BaseKit
import CallbackJournal
import FileArchive
import HTTPListener
import Logging
import MetricsExporter
import Pipeline
import RicevutaConfiguration
import RicevutaCore
import ServiceLifecycle
import UnixSignals
import Visengine
import VisengineClient

/// The program that `serve` runs, made from a configuration: it assembles, and decides nothing.
struct Receiver: Sendable {
    private let group: ServiceGroup
    private let logger: Logger

    /// How long requests in flight may take when the program stops.
    private static let drainTime = Duration.seconds(10)

    /// Opens everything and starts to listen.
    ///
    /// - Throws: `LedgerError`, `ArchiveError`, `SettingProblem` or ``ListenFailure``; nothing is left open then.
    static func start(
        _ configuration: Configuration,
        manager: ServiceManager,
        registry: PrometheusRegistry,
        logger: Logger
    ) async throws -> Receiver {
        let sockets = try ActivationSockets(manager)
        let directory = DataDirectory(path: configuration.dataDirectory)
        let standby = Standby(configuration: configuration, sockets: sockets, manager: manager, logger: logger)
        let (ledger, journal, archive) = try await standby.whenThereIsRoom { try await open(configuration, directory) }
        report(journal, logger)
        do {
            SinkReport.report(
                try await ledger.sinks(),
                configured: Set(configuration.sinks.map(\.name)),
                logger: logger
            )
            return try make(configuration, directory, journal, ledger, archive, sockets, manager, registry, logger)
        } catch {
            await journal.close()
            await ledger.close()
            throw error
        }
    }

    private static func open(
        _ configuration: Configuration,
        _ directory: DataDirectory
    ) async throws -> (any LedgerStore, Journal, LocalArchive) {
        let receiver = try directory.receiverID()
        let archive = try LocalArchive(
            root: directory.archive,
            receiver: receiver,
            maxDocumentBytes: configuration.maxDocumentBytes,
            maxQuarantineBytes: configuration.maxQuarantineBytes
        )
        let ledger = try LedgerOpening(configuration).open(.serve(as: receiver))
        do {
            let newest = try await ledger.newestCallback()
            let journal = try Journal(
                at: directory.journal,
                ledger: ledger,
                newest: newest,
                handedOver: try await ledger.handedOver(),
                configuration: JournalConfiguration(
                    keep: configuration.journal.keep,
                    keepBytes: configuration.journal.keepBytes
                )
            )
            return (ledger, journal, archive)
        } catch {
            await ledger.close()
            throw error
        }
    }

    private static func make(
        _ configuration: Configuration,
        _ directory: DataDirectory,
        _ journal: Journal,
        _ ledger: any LedgerStore,
        _ archive: LocalArchive,
        _ sockets: ActivationSockets,
        _ manager: ServiceManager,
        _ registry: PrometheusRegistry,
        _ logger: Logger
    ) throws -> Receiver {
        archive.sweep()
        let adminAddress = AdminAddress(configuration.admin)
        let links = configuration.documentLinks
        let receiver = try directory.receiverID()
        let sinks = try configuration.sinks.map {
            try $0.make(
                for: receiver,
                link: { links.link(to: $0, at: adminAddress.base, now: $1) },
                now: { .now() }
            )
        }
        let http = HTTPClient(
            eventLoopGroup: HTTPClient.defaultEventLoopGroup,
            configuration: configuration.provider.clientConfiguration.httpClientConfiguration
        )
        do {
            let flow = flow(configuration, journal, ledger, archive, sinks, http, logger: logger)
            let callbackListener = CallbackListenerStatistics()
            let adminServer = AdminServer(
                ports: AdminPorts(
                    journal,
                    ledger,
                    archive,
                    directory,
                    links: links,
                    sinks: configuration.sinks.map(\.name)
                ),
                hosts: configuration.admin.hosts,
                connections: { callbackListener.statistics },
                registry: registry,
                logger: logger
            )
            let admin = try configuration.admin.listen(adminServer.handler, on: sockets.admin)
            adminAddress.set(port: admin.port)
            let listener: HTTPServer
            do {
                let handler = CallbackHandler(
                    intake: flow.intake,
                    policy: configuration.source,
                    healthPath: configuration.listener.healthPath
                )
                listener = try configuration.listener.listen(
                    handler,
                    on: sockets.callbacks,
                    isProxy: configuration.source.trusts,
                    logger: logger
                )
                callbackListener.set(listener)
            } catch {
                Task { await admin.stop(within: .zero) }  // Nobody is served yet; the process ends with the error.
                throw error
            }
            report(configuration, listener, admin, ledger, logger)

            // Started in this order, stopped in reverse: first the listener, then the loops, then what they stand on.
            let services: [any Service] =
                [
                    ShutdownHook {
                        await journal.close()
                        await ledger.close()
                    },
                    ShutdownHook {
                        try? await http.shutdown()  // Whatever it says, the process ends next.
                    },
                    SinkService(sinks: sinks, logger: logger),
                    RetentionService(
                        ledger: ledger,
                        quarantine: archive,
                        schedule: configuration.retention,
                        environment: FlowEnvironment(now: { .now() }),
                        logger: logger
                    ),
                    LedgerWatchService(
                        condition: {
                            .init(refusal: ledger.health.refusal, waiting: journal.statistics.unsettled)
                        },
                        logger: logger
                    ),
                    ListenerService(name: "admin", listener: admin, deadline: .seconds(2), logger: logger),
                ] + flow.services + [
                    ListenerService(name: "callbacks", listener: listener, deadline: drainTime, logger: logger),
                    MemoryTrimmer(journal: journal),
                    CertificateService(listener: listener, tls: configuration.listener.tls, logger: logger),
                    SystemdService(
                        manager: manager,
                        listener: listener,
                        journal: journal,
                        ledger: ledger,
                        status: "Callbacks on port \(listener.port)",
                        logger: logger
                    ),
                    ShutdownTimeoutService(limit: drainTime * 4, logger: logger),
                ]
            return Receiver(group: group(services, logger: logger), logger: logger)
        } catch {
            try? http.syncShutdown()  // Nothing is in flight.
            throw error
        }
    }

    private static func flow(
        _ configuration: Configuration,
        _ journal: Journal,
        _ ledger: any LedgerStore,
        _ archive: LocalArchive,
        _ sinks: [any Sink],
        _ http: HTTPClient,
        logger: Logger
    ) -> CallbackFlow {
        let client = configuration.provider.client(http)
        return CallbackFlow(
            ports: CallbackFlow.Ports(
                journal: journal,
                ledger: ledger,
                readers: [configuration.provider.id: client],
                documents: [configuration.provider.id: client],
                archive: archive,
                sinks: sinks
            ),
            provider: configuration.provider.id,
            keys: configuration.tokens,
            policy: configuration.source,
            routing: configuration.routing,
            settings: configuration.flowSettings,
            environment: FlowEnvironment(now: { .now() }),
            logger: logger
        )
    }

    private static func group(_ services: [any Service], logger: Logger) -> ServiceGroup {
        var settings = ServiceGroupConfiguration(
            services: services.map {
                .init(
                    service: $0,
                    successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup
                )
            },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Self.quiet(logger)
        )
        settings.maximumGracefulShutdownDuration = drainTime * 3
        // Beyond that the group would crash the process; ``ShutdownTimeoutService`` ends it.
        return ServiceGroup(configuration: settings)
    }

    /// The group logs at `debug` and `info` what the services here log themselves.
    private static func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        if logger.logLevel > .debug { logger.logLevel = max(logger.logLevel, .notice) }
        return logger
    }

    /// Reports what an earlier process left.
    private static func report(_ journal: Journal, _ logger: Logger) {
        JournalReport.report(
            JournalReport.Found(
                recovered: journal.statistics.recovered,
                refilledFrom: journal.refilledFrom,
                damage: journal.damage.map(\.description),
                lost: journal.damage.reduce(0) { $0 + $1.lost }
            ),
            logger: logger
        )
    }

    private static func report(
        _ configuration: Configuration,
        _ listener: HTTPServer,
        _ admin: HTTPServer,
        _ ledger: any LedgerStore,
        _ logger: Logger
    ) {
        for warning in configuration.warnings {
            logger.warning(
                "Unsafe configuration",
                metadata: ["key": "\(warning.key)", "problem": "\(warning.message)"]
            )
        }
        if !configuration.source.requiresToken {
            logger.warning("Callbacks are accepted without a token; anyone can trigger API calls")
        }
        logger.notice(
            "Listening",
            metadata: [
                "callbacks": "\(configuration.listener.url(port: listener.port))\(CallbackPath.root)",
                "admin": "\(configuration.admin.url(port: admin.port))", "ledger": "\(ledger.location)",
                "sinks": "\(configuration.sinks.map(\.name.rawValue).joined(separator: ","))",
                "token.keys": "\(configuration.tokens.keyIDs.joined(separator: ","))",
                "libmicrohttpd": "\(HTTPServer.libraryVersion)", "ledger.engine": "\(ledger.engine)",
            ]
        )
    }

    /// Serves until the process is told to stop, with SIGTERM or SIGINT.
    ///
    /// - Throws: What a service could not go on with.
    func run() async throws {
        try await group.run()
        logger.notice("Stopped")
    }
}
