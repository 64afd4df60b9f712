import AdminEndpoints
import ArgumentParser
import BaseKit
import CoreMetrics
import Foundation
import Logging
import MetricsExporter
import Pipeline
import RicevutaConfiguration
import RicevutaCore
import VisengineClient

/// The command `ricevuta serve`.
struct ServeCommand: RicevutaCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Receive callbacks, fetch documents and deliver notifications until stopped.",
        discussion: """
            SIGTERM and SIGINT shut down gracefully: no new connections are accepted, requests in flight and running \
            jobs finish, and pending jobs stay in the ledger until the next start.

            SIGHUP reloads the configuration and TLS certificates: the file is read whole and put in place at once or, \
            with anything wrong in it, the current configuration stays in use.

            Under systemd it sends READY and WATCHDOG notifications (Type=notify, WatchdogSec=), and uses activation \
            sockets named callbacks and admin (FileDescriptorName=) instead of the configured addresses.
            """
    )

    @OptionGroup var file: ConfigurationOption

    @Flag(help: "Also run visengine-sandbox, at provider.baseURL, until this ends; see `ricevuta init --sandbox`.")
    var sandbox = false

    func perform() async throws {
        let configuration = try file.load(surroundings: .serving)
        let metrics = MetricName.allCases.map { ($0.rawValue, $0) }
        let registry = PrometheusRegistry(
            help: Dictionary(uniqueKeysWithValues: metrics).mapValues(\.help),
            buckets: Dictionary(uniqueKeysWithValues: metrics).compactMapValues(\.buckets)
        )
        MetricsSystem.bootstrap(registry)
        FlowMetrics.start(calls: VisengineCall.allCases.map(\.rawValue))
        let isJSON = configuration.log.format == .json || configuration.log.format == .auto && !Terminal.isWatched
        let level = LogLevel(configuration.log.level)
        let logger = Logger(label: "ricevuta") { _ in LineLogHandler(level: level, isJSON: isJSON) }
        let provider = sandbox ? try await SandboxProcess(configuration.provider) : nil
        defer { provider?.stop() }
        let receiver = try await Receiver.start(
            configuration,
            from: file.path,
            level: level,
            manager: ServiceManager(environment: ProcessInfo.processInfo.environment),
            registry: registry,
            logger: logger
        )
        try await receiver.run()
    }
}
