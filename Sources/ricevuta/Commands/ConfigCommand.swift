import ArgumentParser
import RicevutaConfiguration
import Sinks

/// The command `ricevuta config`.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check a configuration file, or print an example or its schema.",
        subcommands: [ConfigCheckCommand.self, Example.self, Schema.self]
    )

    struct Example: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a configuration file with every key, its default and a comment."
        )

        func perform() async throws { print(ConfigurationDocument.example(sinkTypes: SinkTypes.all), terminator: "") }
    }

    struct Schema: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a JSON Schema of the configuration file, for editors."
        )

        func perform() async throws { print(ConfigurationDocument.schema(sinkTypes: SinkTypes.all), terminator: "") }
    }
}
