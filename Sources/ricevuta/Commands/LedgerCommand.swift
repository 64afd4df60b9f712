import ArgumentParser
import SQLiteLedger
import Visengine

/// The command `ricevuta ledger`.
struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Change the ledger's schema to this program's version.",
        subcommands: [Migrate.self]
    )

    struct Migrate: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring the ledger to the version that this program wants.",
            discussion: """
                `ricevuta serve` does the same when it starts; no other command changes the schema. Refused while a \
                service uses the ledger (exit code 75): restart that service instead.
                """
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption

        func perform() async throws {
            let directory = DataDirectory(path: try file.load().dataDirectory)
            guard directory.hasLedger else {
                throw CommandFailure(
                    .notFound,
                    "there is no ledger in \(directory.path) yet; `ricevuta serve` makes one"
                )
            }
            let (before, after) = try SQLiteLedger.migrate(at: directory.ledger)
            if output.json { return Terminal.print(["before": JSONValue(before), "after": JSONValue(after)]) }
            Terminal.print(
                before == after
                    ? "the ledger is version \(after) already"
                    : "migrated the ledger from version \(before) to \(after)"
            )
        }
    }
}
