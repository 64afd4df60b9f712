import ArgumentParser

/// `ricevuta`: receives the callbacks of paid documents, and makes sure that they arrive.
@main
struct Ricevuta: AsyncParsableCommand {
    // swift-format-ignore: NoLeadingUnderscores
    static var _errorPrefix: String { Terminal.prefix }

    static let configuration = CommandConfiguration(
        commandName: "ricevuta",
        abstract: "Receives order callbacks and makes sure that every paid document is delivered.",
        discussion: """
            Start with `ricevuta init --sandbox` for a first order on this machine, or with `ricevuta init`. Commands \
            that read or change the ledger can run alongside `serve`.

            Exit codes: \(CommandFailure.Code.help)
            """,
        version: ProgramVersion.text,
        groupedSubcommands: [
            CommandGroup(
                name: "Running",
                subcommands: [
                    InitCommand.self, ServeCommand.self, StatusCommand.self, DoctorCommand.self, ConfigCommand.self,
                    LedgerCommand.self, BackupCommand.self, RestoreCommand.self,
                ]
            ),
            CommandGroup(
                name: "Ordering",
                subcommands: [
                    ItemCommand.self, OrderCommand.self, ExplainCommand.self, DocumentCommand.self, ArchiveCommand.self,
                    TokenCommand.self,
                ]
            ),
            CommandGroup(
                name: "Delivering",
                subcommands: [DeliveryCommand.self, DeadLetterCommand.self, SinkCommand.self]
            ),
            CommandGroup(name: "Developing", subcommands: [ListenCommand.self, SecretCommand.self]),
        ]
    )
}
