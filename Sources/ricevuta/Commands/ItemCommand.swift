import ArgumentParser
import BaseKit
import RicevutaConfiguration
import RicevutaCore
import Visengine

/// The command `ricevuta item`.
struct ItemCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "item",
        abstract: "Look into the provider's catalogue.",
        subcommands: [List.self, Show.self]
    )

    struct List: RicevutaCommand {
        static let configuration = CommandConfiguration(abstract: "List the items that can be ordered.")

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption

        @Argument(help: "Only items whose name, category or hash has these words.")
        var words: [String] = []

        func perform() async throws {
            let all = try await file.load().provider.withClient { client in try await client.items() }
            let items = ItemLookup(all).matching(words.joined(separator: " "))
            Listing(
                empty: words.isEmpty ? "The catalogue is empty." : "No items.",
                columns: ["HASH", "CATEGORY", "NAME"],
                rows: items.map { [$0.hash.rawValue, $0.category, $0.name] },
                json: .array(items.map(\.summary))
            ).print(asJSON: output.json)
        }
    }

    struct Show: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what an item wants: its fields, options and prices.",
            discussion: "`ricevuta order place` takes fields by key or name, and choices by code or label."
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption

        @Argument(help: "The catalogue item: its hash, or its name.", completion: Completions.items)
        var item: String

        func perform() async throws {
            let detail = try await file.load().provider.withClient { client in
                // The provider knows items by hashes that its list does not have.
                if item.utf8.count == 32, let hash = ItemHash(rawValue: item) { return try await client.item(hash) }
                let found = try ItemLookup(try await client.items()).find(item)
                return try await client.item(found.hash)
            }
            output.json ? Terminal.print(detail.json) : Terminal.print(detail.text)
        }
    }
}
