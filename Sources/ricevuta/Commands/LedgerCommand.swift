import ArgumentParser
import BaseKit
import RicevutaConfiguration
import RicevutaCore

/// The command `ricevuta ledger`.
struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Maintain the ledger's database schema.",
        subcommands: [Migrate.self]
    )

    struct Migrate: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Migrate the ledger's schema to this program's version.",
            discussion: """
                `ricevuta serve` does the same when it starts; no other command changes the schema. Fails while a \
                service is using the ledger (exit code 75): restart that service instead.
                """
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption

        func perform() async throws {
            let configuration = try file.load(secrets: .skipped)
            let opening = LedgerOpening(configuration)
            guard try opening.exists else {
                throw CommandFailure(
                    .ledgerMissing,
                    "no ledger in \(configuration.dataDirectory) yet; `ricevuta serve` creates it"
                )
            }
            let (before, after) = try opening.migrate()
            if output.json { return Terminal.print(["before": JSONValue(before), "after": JSONValue(after)]) }
            Terminal.print(
                before == after
                    ? "the ledger is already at version \(after)"
                    : "migrated the ledger from version \(before) to \(after)"
            )
        }
    }
}
