import ArgumentParser
import Visengine

/// The command `ricevuta token`.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make callback addresses for orders that another program places.",
        subcommands: [Mint.self]
    )

    struct Mint: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print callback addresses, each with a token of its own, one for each order.",
            discussion: """
                Give the address as `callback_data.url`, and the JSON form's `data` as `callback_data.data`: the token
                in it is what ties the provider's order to its callbacks. Use each for one order.
                """
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption

        @Option(help: "How many.")
        var count = 1

        func validate() throws {
            guard (1...1_000_000).contains(count) else { throw ValidationError("--count has to be from 1 to 1000000.") }
        }

        func perform() async throws {
            let configuration = try file.load()
            let registrations = try (0..<count).map { _ in try configuration.registration(for: .random()) }
            if output.json { return Terminal.print(.array(registrations.map(\.json))) }
            Terminal.print(registrations.map(\.url).joined(separator: "\n"))
        }
    }
}

extension Configuration {
    /// `callback_data` of the order with that nonce.
    ///
    /// - Throws: ``CommandFailure`` when nothing says how the provider reaches the listener.
    func registration(
        for nonce: OrderNonce,
        method: CallbackRegistration.Method = .json
    ) throws(CommandFailure) -> CallbackRegistration {
        guard let base = listener.publicURL else {
            throw CommandFailure(
                .configuration,
                "listener.publicURL is not set: the provider has to know where to send callbacks"
            )
        }
        let token = tokens.mint(nonce)
        return CallbackRegistration(url: "\(base)/callbacks/\(token)", method: method, token: token)
    }
}
