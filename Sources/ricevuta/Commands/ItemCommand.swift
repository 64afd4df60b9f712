import ArgumentParser
import AsyncHTTPClient
import BaseKit
import RicevutaConfiguration
import Visengine
import VisengineClient

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
            let provider = try file.load().provider
            let http = HTTPClient(
                eventLoopGroup: HTTPClient.defaultEventLoopGroup,
                configuration: provider.clientConfiguration.httpClientConfiguration
            )
            let result: Result<[CatalogueItem], any Error>
            do {
                result = .success(try await provider.client(http).catalogue())
            } catch {
                result = .failure(error)
            }
            try? await http.shutdown()  // Nothing is in flight any more.
            let items = try result.get()
            Listing(
                empty: "The catalogue is empty.",
                columns: ["HASH", "CATEGORY", "NAME"],
                rows: items.map { [$0.hash.rawValue, $0.category, $0.name] },
                json: .array(items.map(\.json))
            ).print(asJSON: output.json)
        }
    }
}
