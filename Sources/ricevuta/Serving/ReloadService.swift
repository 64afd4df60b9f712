import BaseKit
import Foundation
import HTTPListener
import Logging
import Pipeline
import RicevutaConfiguration
import RicevutaCore
import ServiceLifecycle
import Sinks
import UnixSignals

/// Reloads the configuration on SIGHUP: it is read whole, and put in place at once; with anything wrong in it, the
/// current one stays in use.
struct ReloadService: Service {
    /// The configuration file.
    let file: String
    let generations: GenerationService
    let handler: SwitchingHandler
    let stores: Stores
    let admin: AdminAddress
    let certificates: CertificateService
    let manager: ServiceManager
    let level: LogLevel
    /// SIGHUP, trapped before anybody can know that the program has started: it would end it.
    let signals: UnixSignalsSequence
    let logger: Logger
    /// Reading files blocks.
    private let threads = BlockingThreads(name: "reload", limit: 1)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in signals {
                manager.notify("RELOADING=1\nMONOTONIC_USEC=\(Self.monotonicMicroseconds)")
                await reload()
                manager.notify("READY=1")
            }
        }
    }

    private func reload() async {
        let current = generations.current
        let next: Configuration
        do {
            next = try await read()
            // The certificate may have been renewed in place, so it is read again even if nothing else has changed.
            try await certificates.use(next.listener.tls)
            let generation = try Generation(next, after: current, on: stores, admin: admin, logger: logger)
            level.set(next.log.level)
            handler.replace(by: generation.handler)
            generations.replace(by: generation)
        } catch {
            let reason = Self.text(of: error)
            generations.noteRefusedReload(reason)
            Alarms.raise(
                .reloadFailed,
                "Configuration reload failed; keeping the current one",
                ["error": "\(reason)", "next": "ricevuta config check"],
                to: logger
            )
            return
        }
        for warning in next.warnings {
            logger.warning(
                "Unsafe configuration",
                metadata: ["key": "\(warning.key)", "problem": "\(warning.message)"]
            )
        }
        await reportSinks(next)
        let changes = next.content.changes(since: current.configuration.content)
        let restart = changes.filter(RestartKeys.contain)
        var metadata: Logger.Metadata = [
            "generation": .stringConvertible(generations.current.number), "fingerprint": "\(next.content.fingerprint)",
            "changed": "\(changes.isEmpty ? "nothing" : changes.joined(separator: ", "))",
        ]
        if !restart.isEmpty { metadata["needs.restart"] = "\(restart.joined(separator: ", "))" }
        logger.notice("Configuration reloaded", metadata: metadata)
    }

    /// A sink that was removed or renamed may have deliveries waiting.
    private func reportSinks(_ configuration: Configuration) async {
        do throws(LedgerError) {
            SinkReport.report(
                try await stores.ledger.sinks(),
                configured: Set(configuration.sinks.map(\.name)),
                logger: logger
            )
        } catch {
            logger.warning("Reading the sinks' deliveries failed", metadata: ["error": "\(error)"])
        }
    }

    private func read() async throws -> Configuration {
        let file = file
        let outcome = await threads.run(within: .seconds(10)) { () -> Result<Configuration, ConfigurationFailure> in
            do throws(ConfigurationFailure) {
                return .success(
                    try Configuration.load(
                        file,
                        environment: ProcessInfo.processInfo.environment,
                        sinkTypes: SinkTypes.all
                    )
                )
            } catch {
                return .failure(error)
            }
        }
        switch outcome {
        case .finished(let result): return try result.get()
        case .abandoned, .refused: throw CommandFailure(.diskHangs, "reading \(file) timed out: the disk hangs")
        }
    }

    /// On one line, as a log wants it.
    private static func text(of error: any Error) -> String {
        CommandFailure(error).description.split(separator: "\n").joined(separator: "; ")
    }

    private static var monotonicMicroseconds: Int64 {
        Int64(ProcessInfo.processInfo.systemUptime * 1_000_000)
    }
}

/// Keys whose values are taken at the start only.
enum RestartKeys {
    private static let keys: Set<String> = [
        "dataDirectory", "listener.host", "listener.port", "listener.maxBodyBytes", "listener.maxHeaderBytes",
        "listener.maxConnections", "listener.maxConnectionsPerAddress", "listener.idleTimeout",
        "listener.headDeadline", "listener.requestDeadline", "admin.host", "admin.port", "admin.publicURL",
        "archive.maxDocumentBytes", "archive.maxQuarantineBytes", "journal.keep", "journal.keepBytes",
        "reconciliation.maxReadBacksPerHour", "log.format",
    ]

    /// Whether a key is one of them.
    static func contain(_ key: String) -> Bool { keys.contains(key) }
}
