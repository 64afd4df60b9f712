import BaseKit
import Foundation
import HTTPListener
import Logging
import Pipeline
import RicevutaConfiguration
import RicevutaCore

/// What is said of a receiver that has started: in the log, and then in its report.
struct StartReport: Sendable {
    /// The configuration file as it was given.
    let file: String
    let listener: HTTPServer
    let admin: HTTPServer
    let stores: Stores
    /// What an earlier process left behind, which one that stops in order does not.
    let last: ReceiverReport?
    private let startedAt = Timestamp.now()

    /// Writes the lines of the start.
    func log(_ configuration: Configuration, to logger: Logger) {
        if let last {
            logger.notice(
                "The previous process ended without stopping",
                metadata: ["process": .stringConvertible(last.process), "last.seen": "\(last.writtenAt)"]
            )
        }
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
                "callbacks": "\(callbacksURL(configuration))", "admin": "\(adminURL(configuration))",
                "ledger": "\(stores.ledger.location)",
                "sinks": "\(configuration.sinks.map(\.name.rawValue).joined(separator: ","))",
                "token.keys": "\(configuration.tokens.keyIDs.joined(separator: ","))",
                "libmicrohttpd": "\(HTTPServer.libraryVersion)", "ledger.engine": "\(stores.ledger.engine)",
                "version": "\(ProgramVersion.number)",
                "process": .stringConvertible(ProcessInfo.processInfo.processIdentifier),
                "configuration": "\(path)", "fingerprint": "\(configuration.content.fingerprint)",
            ]
        )
    }

    /// The report for commands.
    func report(
        _ generations: GenerationService,
        _ certificates: CertificateService,
        problems: [String]
    ) -> ReceiverReport {
        let generation = generations.current
        return ReceiverReport(
            process: ProcessInfo.processInfo.processIdentifier,
            version: ProgramVersion.number,
            startedAt: startedAt,
            writtenAt: .now(),
            configuration: path,
            fingerprint: generation.configuration.content.fingerprint,
            generation: generation.number,
            callbacks: callbacksURL(generation.configuration),
            admin: adminURL(generation.configuration),
            problems: problems,
            providers: generation.flow.health.conditions,
            failingSinks: generation.flow.dispatcher.failingSinks,
            reloadProblem: generations.reloadProblem ?? certificates.problem
        )
    }

    private var path: String { URL(fileURLWithPath: file).standardizedFileURL.path }

    private func callbacksURL(_ configuration: Configuration) -> String {
        "\(configuration.listener.url(port: listener.port))\(CallbackPath.root)"
    }

    private func adminURL(_ configuration: Configuration) -> String { configuration.admin.url(port: admin.port) }
}
