import ArgumentParser

/// `ricevuta`: receives the callbacks of paid documents, and makes sure that they arrive.
@main
struct Ricevuta: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ricevuta",
        abstract: "Receives order callbacks and makes sure that every paid document is delivered.",
        discussion: """
            Start with `ricevuta config example > ricevuta.yaml`, then `ricevuta config check`, then `ricevuta serve`. \
            Commands that read or change the ledger can run alongside `serve`.

            Exit codes: \(CommandFailure.Code.help)
            """,
        version: "ricevuta 0.1.0",
        groupedSubcommands: [
            CommandGroup(
                name: "Running",
                subcommands: [ServeCommand.self, StatusCommand.self, ConfigCommand.self, LedgerCommand.self]
            ),
            CommandGroup(
                name: "Ordering",
                subcommands: [ItemCommand.self, OrderCommand.self, DocumentCommand.self, TokenCommand.self]
            ),
            CommandGroup(
                name: "Delivering",
                subcommands: [DeliveryCommand.self, DeadLetterCommand.self, SinkCommand.self]
            ),
            CommandGroup(name: "Developing", subcommands: [ListenCommand.self, SecretCommand.self]),
        ]
    )
}
