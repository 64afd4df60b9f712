import ArgumentParser
import Foundation
import RicevutaConfiguration
import RicevutaCore
import Sinks

/// Which configuration file.
struct ConfigurationOption: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: "Configuration file. Default: $RICEVUTA_CONFIG, or else ./ricevuta.yaml.",
        completion: .file(extensions: ["yaml", "yml"])
    )
    var config: String?

    /// The path in force.
    var path: String { config ?? ProcessInfo.processInfo.environment["RICEVUTA_CONFIG"] ?? "ricevuta.yaml" }

    /// Reads and checks the file.
    ///
    /// - Parameters:
    ///   - secrets: Whether the secrets are fetched; commands that sign nothing and call nobody skip them.
    ///   - surroundings: What else on this machine is looked at.
    /// - Returns: The configuration.
    /// - Throws: ``ConfigurationFailure`` with everything that is wrong.
    func load(
        secrets: SecretsPolicy = .required,
        surroundings: Surroundings? = nil
    ) throws(ConfigurationFailure) -> Configuration {
        try Configuration.load(
            path,
            environment: ProcessInfo.processInfo.environment,
            sinkTypes: SinkTypes.all,
            secrets: secrets,
            surroundings: surroundings
        )
    }

    /// Opens the ledger beside a process that may be serving it, for as long as `body` runs.
    ///
    /// - Parameters:
    ///   - mode: `.inspect` to read; `.operate` to change something, which makes a ledger that is not there yet where
    ///     `mayCreate` says so.
    ///   - mayCreate: Whether a missing ledger is made; else that is a failure.
    ///   - secrets: Whether the secrets are fetched: the ledger itself needs none.
    ///   - body: What to do with it.
    /// - Returns: What `body` returned.
    /// - Throws: ``ConfigurationFailure``, ``CommandFailure``, `LedgerError`, or what `body` throws.
    func withLedger<Result: Sendable>(
        _ mode: LedgerMode = .inspect,
        mayCreate: Bool = false,
        secrets: SecretsPolicy = .skipped,
        _ body: (any LedgerStore, Configuration) async throws -> Result
    ) async throws -> Result {
        let configuration = try load(secrets: secrets)
        let opening = LedgerOpening(configuration)
        guard try opening.exists || mayCreate else {
            throw CommandFailure(
                .ledgerMissing,
                "no ledger in \(configuration.dataDirectory) yet; `ricevuta serve` or `ricevuta order place` creates it"
            )
        }
        let ledger = try opening.open(mode)
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(ledger, configuration)) } catch { result = .failure(error) }
        await ledger.close()
        return try result.get()
    }
}

extension Configuration {
    /// Whether a receiver serves the data directory now.
    var presence: ReceiverPresence { ReportFile(DataDirectory(path: dataDirectory)).presence }

    /// Says on standard error what will not happen as long as no receiver runs.
    ///
    /// - Parameter consequence: For example `its callbacks are not received`.
    func warnUnlessServing(_ consequence: String) {
        let presence = presence
        if !presence.isRunning { Terminal.note("warning: receiver \(presence.sentence): \(consequence)") }
    }
}

/// For people or for programs.
struct OutputOption: ParsableArguments {
    @Flag(help: "Print JSON.")
    var json = false
}

/// How much to list.
struct LimitOption: ParsableArguments {
    @Option(help: "Maximum number of rows.")
    var limit = 100

    func validate() throws {
        guard (1...1_000_000).contains(limit) else { throw ValidationError("--limit must be from 1 to 1000000.") }
    }
}
