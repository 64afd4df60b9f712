import ArgumentParser
import BaseKit
import RicevutaConfiguration
import RicevutaCore
import Visengine

/// The command `ricevuta token`.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Create callback URLs for orders placed by another program.",
        subcommands: [Mint.self]
    )

    struct Mint: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print callback URLs, each with its own token; use one per order.",
            discussion: """
                Send the URL as `callback_data.url`, and `data` of the --json output as `callback_data.data`: its \
                token ties the provider's order to its callbacks. Never use one URL for two orders.

                With --reference the ledger keeps it for each token: the order that is placed with one has the \
                reference from its first callback on, as if it had been placed here.
                """
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption

        @Option(help: "Number of URLs to print.")
        var count = 1

        @OptionGroup var caller: ReferenceOption

        func validate() throws {
            guard (1...1_000_000).contains(count) else { throw ValidationError("--count must be from 1 to 1000000.") }
        }

        func perform() async throws {
            let nonces = (0..<count).map { _ in OrderNonce.random() }
            let registrar: CallbackRegistrar
            if let reference = caller.reference {
                // Recorded first: a URL that is printed has its reference.
                registrar = try await file.withLedger(.operate, mayCreate: true, secrets: .required) { ledger, file in
                    let registrar = try file.callbackRegistrar
                    try await ledger.minted(nonces, for: reference, now: .now())
                    return registrar
                }
            } else {
                registrar = try file.load().callbackRegistrar
            }
            let registrations = nonces.map { registrar.registration(for: $0) }
            if output.json { return Terminal.print(.array(registrations.map(\.json))) }
            Terminal.print(registrations.map(\.url).joined(separator: "\n"))
        }
    }
}
