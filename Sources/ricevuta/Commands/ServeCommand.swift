import ArgumentParser
import Console
import CoreMetrics
import Foundation
import Logging
import Pipeline
import ServiceManager

/// The command `ricevuta serve`.
struct ServeCommand: RicevutaCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Receive callbacks, fetch documents and tell the sinks, until told to stop.",
        discussion: """
            SIGTERM and SIGINT stop it in order: no new connection is taken, what is in flight is finished, jobs that
            are under way end, and what is left waits in the ledger for the next start. SIGHUP reads the certificates
            anew.

            Under systemd it says when it is ready and that it lives (Type=notify, WatchdogSec=), and takes over sockets
            named callbacks and admin (FileDescriptorName=) in place of the configured addresses.
            """
    )

    @OptionGroup var file: ConfigurationOption

    func perform() async throws {
        let configuration = try file.load()
        let registry = PrometheusRegistry(help: FlowMetrics.help)
        MetricsSystem.bootstrap(registry)
        let level = Logger.Level(rawValue: configuration.log.level) ?? .info
        let logger = Logger(label: "ricevuta") { _ in LineLogHandler(level: level, isJSON: configuration.log.isJSON) }
        let receiver = try await Receiver.start(
            configuration,
            manager: ServiceManager(environment: ProcessInfo.processInfo.environment),
            registry: registry,
            logger: logger
        )
        try await receiver.run()
    }
}
