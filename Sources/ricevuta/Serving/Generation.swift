import AdminEndpoints
import AsyncHTTPClient
import BaseKit
import Logging
import Pipeline
import RicevutaConfiguration
import RicevutaCore
import ServiceLifecycle
import VisengineClient

/// What one configuration has set up: the flow, the sinks, and the client of the provider's API.
///
/// A reload makes another one beside it, over the same journal, ledger, archive and listeners. This one then takes
/// nothing new, finishes what it has begun, and closes its sinks.
final class Generation: Sendable {
    /// 1 at the start; one more with each reload.
    let number: Int
    /// What it was made from.
    let configuration: Configuration
    /// Takes callbacks.
    let handler: CallbackHandler
    /// Sign and check links to documents.
    let links: DocumentLinks
    /// The path of a callback.
    let flow: CallbackFlow
    /// The provider's API.
    let client: VisengineAPI
    private let group: ServiceGroup
    private let http: HTTPClient

    /// Makes a generation; nothing runs yet.
    ///
    /// - Parameters:
    ///   - configuration: What to make it from.
    ///   - past: The one that it takes over from, with what that knows; `nil` at the start.
    ///   - stores: What it stands on.
    ///   - admin: Where links lead to.
    ///   - logger: The logger of every part.
    /// - Throws: `SettingProblem` for a sink that cannot be made.
    init(
        _ configuration: Configuration,
        after past: Generation? = nil,
        on stores: Stores,
        admin: AdminAddress,
        logger: Logger
    ) throws(SettingProblem) {
        number = (past?.number ?? 0) + 1
        self.configuration = configuration
        let links = configuration.documentLinks
        self.links = links
        var sinks: [any Sink] = []
        for sink in configuration.sinks {
            sinks.append(
                try sink.make(
                    for: stores.receiver,
                    link: { links.link(to: $0, at: admin.base, now: $1) },
                    now: { .now() }
                )
            )
        }
        var settings = configuration.provider.clientConfiguration
        settings.observe = { report in
            ProviderMeters.count(report.call.rawValue, report.outcome, report.duration)
            logger.debug(
                "Provider call",
                metadata: [
                    "call": "\(report.call.rawValue)", "outcome": "\(report.outcome)",
                    "duration": .stringConvertible(report.duration),
                ]
            )
        }
        let http = HTTPClient(
            eventLoopGroup: HTTPClient.defaultEventLoopGroup,
            configuration: settings.httpClientConfiguration
        )
        self.http = http
        client = VisengineAPI(settings, http: http, token: { [token = configuration.provider.token] in token.text })
        flow = CallbackFlow(
            ports: CallbackFlow.Ports(
                journal: stores.journal,
                ledger: stores.ledger,
                readers: [configuration.provider.id: client],
                documents: [configuration.provider.id: client],
                archive: stores.archive,
                sinks: sinks
            ),
            provider: configuration.provider.id,
            keys: configuration.tokens,
            policy: configuration.source,
            routing: configuration.routing,
            settings: configuration.flowSettings,
            environment: FlowEnvironment(now: { .now() }),
            after: past?.flow,
            logger: logger
        )
        handler = CallbackHandler(
            intake: flow.intake,
            policy: configuration.source,
            healthPath: configuration.listener.healthPath,
            access: configuration.log.access == .all ? AccessLog(policy: configuration.source, logger: logger) : nil
        )
        let services: [any Service] = [
            ShutdownHook {
                try? await http.shutdown()  // Nothing is in flight any more.
            },
            SinkService(sinks: sinks, logger: logger),
            RetentionService(
                ledger: stores.ledger,
                quarantine: stores.archive,
                schedule: configuration.retention,
                environment: FlowEnvironment(now: { .now() }),
                logger: logger
            ),
            Loops(services: flow.services),
        ]
        group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map {
                    .init(
                        service: $0,
                        successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup,
                        serviceName: "\(type(of: $0))"
                    )
                },
                logger: logger.quiet
            )
        )
    }

    /// Works until it is stopped, or another one has taken over and everything here has ended.
    func run() async throws { try await group.run() }

    /// Gives up a generation that never ran.
    func discard() {
        try? http.syncShutdown()  // Nothing is in flight.
    }

    /// Takes nothing new, and ends when what has begun has ended.
    func handOver() { flow.drain.begin() }

    /// Ends soon: what is under way is broken off after a moment.
    func stop() async { await group.triggerGracefulShutdown() }

    /// The flow's loops as one service, which ends when all of them have.
    private struct Loops: Service {
        let services: [any Service]

        func run() async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for service in services { group.addTask { try await service.run() } }
                try await group.waitForAll()
            }
        }
    }
}

extension Logger {
    /// A service group logs at `debug` and `info` what the services here log themselves.
    var quiet: Logger {
        var logger = self
        if logger.logLevel > .debug { logger.logLevel = max(logger.logLevel, .notice) }
        return logger
    }
}
