import ArgumentParser
import BaseKit
import RicevutaConfiguration
import RicevutaCore
import Visengine

/// The command `ricevuta item`.
struct ItemCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "item",
        abstract: "List the provider's catalogue.",
        subcommands: [List.self]
    )

    struct List: RicevutaCommand {
        static let configuration = CommandConfiguration(abstract: "List the items that can be ordered.")

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption

        func perform() async throws {
            let items = try await file.load().provider.withClient { client in try await client.items() }
            Listing(
                empty: "The catalogue is empty.",
                columns: ["HASH", "CATEGORY", "NAME"],
                rows: items.map { [$0.hash.rawValue, $0.category, $0.name] },
                json: .array(items.map(\.json))
            ).print(asJSON: output.json)
        }
    }
}
