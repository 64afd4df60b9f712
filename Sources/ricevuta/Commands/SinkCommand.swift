import ArgumentParser
import BaseKit
import RicevutaConfiguration
import RicevutaCore

/// The command `ricevuta sink`.
struct SinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sink",
        abstract: "List or test sinks, or re-enable one that answered 410 Gone.",
        subcommands: [List.self, Test.self, Enable.self]
    )

    struct List: RicevutaCommand {
        static let configuration = CommandConfiguration(abstract: "List the configured sinks.")

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption

        func perform() async throws {
            let (sinks, disabled) = try await file.withLedger { ledger, configuration in
                (configuration.sinks.map(\.name), try await ledger.disabledSinks())
            }
            Listing(
                empty: "No sinks are configured.",
                columns: ["SINK", "STATE"],
                rows: sinks.map { [$0.rawValue, disabled[$0].map { "disabled: \($0)" } ?? "enabled"] },
                json: .array(sinks.map { ["name": .string($0.rawValue), "disabled": JSONValue(disabled[$0])] })
            ).print(asJSON: output.json)
        }
    }

    struct Test: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Test whether deliveries to a sink would work, without making one.",
            discussion: """
                A folder is tested with temporary files, a URL with a HEAD request. Exits 1 when a sink is unreachable \
                or unusable.
                """
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption

        @Argument(help: "The sink's name. Default: every sink.")
        var sink: String?

        func perform() async throws {
            let configuration = try file.load()
            let name = try sink.map { try configuration.sinkName($0) }
            let findings = try await SinkChecks.run(configuration, only: name).findings
            Listing(
                empty: "No sinks are configured.",
                columns: ["SINK", "RESULT"],
                rows: findings.map { [$0.sink.rawValue, $0.text] },
                json: .array(findings.map(\.json))
            ).print(asJSON: output.json)
            guard findings.allSatisfy(\.isGood) else { throw ExitCode(CommandFailure.Code.failed.rawValue) }
        }
    }

    struct Enable: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Re-enable a disabled sink and resume its deliveries."
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption

        @Argument(help: "The sink's name.")
        var sink: String

        func perform() async throws {
            let name = try file.load(secrets: .skipped).sinkName(sink)
            let wasDisabled = try await file.withLedger(.operate) { ledger, _ in try await ledger.enable(name) }
            if output.json {
                return Terminal.print(["name": .string(name.rawValue), "wasDisabled": .bool(wasDisabled)])
            }
            Terminal.print(wasDisabled ? "\(name) re-enabled" : "\(name) was not disabled")
        }
    }
}

extension Configuration {
    /// The name of a configured sink.
    ///
    /// - Throws: ``CommandFailure``.
    fileprivate func sinkName(_ text: String) throws -> SinkName {
        guard let name = SinkName(rawValue: text) else { throw CommandFailure(.notFound, "invalid sink name") }
        guard sinks.contains(where: { $0.name == name }) else {
            throw CommandFailure(.notFound, "sink '\(name)' not found; see `ricevuta sink list`")
        }
        return name
    }
}

extension SinkChecks.Finding {
    fileprivate var isGood: Bool {
        switch result {
        case .success: true
        case .failure: false
        }
    }

    fileprivate var text: String {
        switch result {
        case .success(let limitations): limitations.isEmpty ? "OK" : "OK: " + limitations.joined(separator: "; ")
        case .failure(.unreachable(let reason)): "unreachable: \(reason)"
        case .failure(.unusable(let reason)): "unusable: \(reason)"
        }
    }

    fileprivate var json: JSONValue {
        switch result {
        case .success(let limitations): json("ok", nil, limitations)
        case .failure(.unreachable(let reason)): json("unreachable", reason, [])
        case .failure(.unusable(let reason)): json("unusable", reason, [])
        }
    }

    private func json(_ state: String, _ reason: String?, _ limitations: [String]) -> JSONValue {
        [
            "name": .string(sink.rawValue), "state": .string(state), "reason": JSONValue(reason),
            "limitations": .array(limitations.map { .string($0) }),
        ]
    }
}
