import AdminEndpoints
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

/// The program that `serve` runs, made from a configuration: it assembles, and decides nothing.
struct Receiver: Sendable {
    private let group: ServiceGroup
    private let logger: Logger

    /// How long requests in flight may take when the program stops.
    private static let drainTime = Duration.seconds(10)

    /// Opens everything and starts to listen.
    ///
    /// - Parameters:
    ///   - configuration: What to start with.
    ///   - file: Where it came from, and where a reload reads it again.
    ///   - level: The level of the log, which a reload changes.
    ///   - manager: The service manager.
    ///   - registry: What the program measures.
    ///   - logger: The logger of every part.
    /// - Returns: The receiver, which listens.
    /// - Throws: `LedgerError`, `ArchiveError`, `SettingProblem` or ``ListenFailure``; nothing is left open then.
    static func start(
        _ configuration: Configuration,
        from file: String,
        level: LogLevel,
        manager: ServiceManager,
        registry: PrometheusRegistry,
        logger: Logger
    ) async throws -> Receiver {
        let reloads = await UnixSignalsSequence(trapping: .sighup)
        let sockets = try ActivationSockets(manager)
        let directory = DataDirectory(path: configuration.dataDirectory)
        let standby = Standby(configuration: configuration, sockets: sockets, manager: manager, logger: logger)
        let stores = try await standby.whenThereIsRoom { try await open(configuration, directory) }
        report(stores.journal, logger)
        do {
            SinkReport.report(
                try await stores.ledger.sinks(),
                configured: Set(configuration.sinks.map(\.name)),
                logger: logger
            )
            return try make(configuration, file, level, reloads, stores, sockets, manager, registry, logger)
        } catch {
            await stores.journal.close()
            await stores.ledger.close()
            throw error
        }
    }

    private static func open(_ configuration: Configuration, _ directory: DataDirectory) async throws -> Stores {
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
                ),
                onWrite: { [meters = JournalMeters()] in meters.wrote($0) }
            )
            return Stores(directory: directory, receiver: receiver, journal: journal, ledger: ledger, archive: archive)
        } catch {
            await ledger.close()
            throw error
        }
    }

    private static func make(
        _ configuration: Configuration,
        _ file: String,
        _ level: LogLevel,
        _ reloads: UnixSignalsSequence,
        _ stores: Stores,
        _ sockets: ActivationSockets,
        _ manager: ServiceManager,
        _ registry: PrometheusRegistry,
        _ logger: Logger
    ) throws -> Receiver {
        stores.archive.sweep()
        let adminAddress = AdminAddress(configuration.admin)
        let first = try Generation(configuration, on: stores, admin: adminAddress, logger: logger)
        do {
            let generations = GenerationService(first)
            let readiness = Readiness(stores, minFreeBytes: { generations.current.configuration.minFreeBytes })
            let callbackListener = CallbackListenerStatistics()
            let adminServer = AdminServer(
                ports: AdminPorts(
                    stores,
                    generations,
                    readiness,
                    certificateExpiry: { callbackListener.certificateExpiry }
                ),
                hosts: { generations.current.configuration.admin.hosts },
                connections: { callbackListener.statistics },
                registry: registry,
                logger: logger
            )
            let admin = try configuration.admin.listen(adminServer.handler, on: sockets.admin)
            adminAddress.set(port: admin.port)
            let handler = SwitchingHandler(first.handler)
            let listener: HTTPServer
            do {
                listener = try configuration.listener.listen(
                    handler,
                    on: sockets.callbacks,
                    isProxy: { generations.current.configuration.source.trusts($0) },
                    logger: logger
                )
                callbackListener.set(listener)
            } catch {
                Task { await admin.stop(within: .zero) }  // Nobody is served yet; the process ends with the error.
                throw error
            }
            let last = ReportFile(stores.directory).read()
            let start = StartReport(file: file, listener: listener, admin: admin, stores: stores, last: last)
            start.log(configuration, to: logger)
            let certificates = CertificateService(listener: listener, tls: configuration.listener.tls, logger: logger)
            callbackListener.set(certificates)

            // Started in this order, stopped in reverse: first the listener, then the loops, then what they stand on.
            let services: [any Service] = [
                ShutdownHook {
                    await stores.journal.close()
                    await stores.ledger.close()
                },
                LedgerWatchService(
                    condition: {
                        .init(
                            refusal: stores.ledger.health.refusal,
                            waiting: stores.journal.statistics.unsettled
                        )
                    },
                    logger: logger
                ),
                ListenerService(name: "admin", listener: admin, deadline: .seconds(2), logger: logger),
                generations,
                ListenerService(name: "callbacks", listener: listener, deadline: drainTime, logger: logger),
                MemoryTrimmer(journal: stores.journal),
                certificates,
                ReloadService(
                    file: file,
                    generations: generations,
                    handler: handler,
                    stores: stores,
                    admin: adminAddress,
                    certificates: certificates,
                    manager: manager,
                    level: level,
                    signals: reloads,
                    logger: logger
                ),
                ReportService(
                    directory: stores.directory,
                    readiness: readiness,
                    report: { start.report(generations, certificates, problems: $0) },
                    logger: logger
                ),
                SystemdService(
                    manager: manager,
                    listener: listener,
                    journal: stores.journal,
                    ledger: stores.ledger,
                    status: "Callbacks on port \(listener.port)",
                    logger: logger
                ),
                ShutdownTimeoutService(limit: drainTime * 4, logger: logger),
            ]
            return Receiver(group: group(services, logger: logger), logger: logger)
        } catch {
            first.discard()
            throw error
        }
    }

    private static func group(_ services: [any Service], logger: Logger) -> ServiceGroup {
        var settings = ServiceGroupConfiguration(
            services: services.map {
                .init(
                    service: $0,
                    successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup,
                    serviceName: "\(type(of: $0))"
                )
            },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger.quiet
        )
        settings.maximumGracefulShutdownDuration = drainTime * 3
        // Beyond that the group would crash the process; ``ShutdownTimeoutService`` ends it.
        return ServiceGroup(configuration: settings)
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

    /// Serves until the process is told to stop, with SIGTERM or SIGINT.
    ///
    /// - Throws: What a service could not go on with.
    func run() async throws {
        try await group.run()
        logger.notice("Stopped")
    }
}
