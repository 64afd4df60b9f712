import ArgumentParser
import BaseKit
import RicevutaConfiguration
import RicevutaCore

/// The command `ricevuta sink`.
struct SinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sink",
        abstract: "List sinks, or re-enable one that answered 410 Gone.",
        subcommands: [List.self, Enable.self]
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

    struct Enable: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Re-enable a disabled sink and resume its deliveries."
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption

        @Argument(help: "The sink's name.")
        var sink: String

        func perform() async throws {
            guard let name = SinkName(rawValue: sink) else {
                throw CommandFailure(.notFound, "invalid sink name")
            }
            let isConfigured = try file.load().sinks.contains { $0.name == name }
            guard isConfigured else {
                throw CommandFailure(.notFound, "sink '\(name)' not found; see `ricevuta sink list`")
            }
            let wasDisabled = try await file.withLedger(.operate) { ledger, _ in try await ledger.enable(name) }
            if output.json {
                return Terminal.print(["name": .string(name.rawValue), "wasDisabled": .bool(wasDisabled)])
            }
            Terminal.print(wasDisabled ? "\(name) re-enabled" : "\(name) was not disabled")
        }
    }
}
