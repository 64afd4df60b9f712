import ArgumentParser
import RicevutaCore

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

            Exit codes: \(ExitStatus.help)

            `ricevuta help topics` lists what else is explained; `ricevuta help CODE` explains an error's code.
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
                subcommands: [EventsCommand.self, DeliveryCommand.self, DeadLetterCommand.self, SinkCommand.self]
            ),
            CommandGroup(
                name: "Developing",
                subcommands: [ListenCommand.self, SecretCommand.self, MetricsPageCommand.self]
            ),
        ]
    )

    /// Runs the command that the arguments name, or prints the page of help that they ask for.
    static func main() async {
        do {
            if try printHelpPage() { return }
            // The shell's questions for completions are answered in here, which read the ledger.
            var command = try await asyncParseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            end(error)
        }
    }

    private static func printHelpPage() throws -> Bool {
        let commands = configuration.subcommands.compactMap { $0.configuration.commandName }
        guard let page = try HelpPages.page(for: Array(CommandLine.arguments.dropFirst()), commands: commands) else {
            return false
        }
        Terminal.print(page)
        return true
    }

    /// Ends the process as the parser does, which names the next command after a mistake in the command line, and says
    /// where more is explained.
    private static func end(_ error: any Error) -> Never {
        if let failure = error as? CommandFailure {
            Terminal.note(Terminal.prefix + failure.description)
            Terminal.note(failure.advice)
            exit(withError: failure.code.exitStatus.exit)
        }
        guard exitCode(for: error) == .validationFailure, !(error is ExitCode) else { exit(withError: error) }
        Terminal.note(fullMessage(for: error))
        Terminal.note("More: `ricevuta help \(ErrorCode.usage)`.")
        exit(withError: ExitCode.validationFailure)
    }
}
