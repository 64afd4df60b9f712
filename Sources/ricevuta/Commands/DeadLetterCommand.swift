import ArgumentParser
import BaseKit
import RicevutaCore

/// The command `ricevuta dead-letter`.
struct DeadLetterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letter",
        abstract: "List, replay or dismiss dead letters: deliveries that ran out of attempts or were refused for good.",
        subcommands: [List.self, Replay.self, Dismiss.self]
    )

    struct List: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "List open dead letters, newest first.",
            discussion: "`ricevuta delivery show` shows what the receiver answered to one."
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption
        @OptionGroup var filter: DeliveryFilterOptions

        func perform() async throws { try await filter.list([.dead], empty: "No dead letters.", file, output) }
    }

    struct Replay: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Replay dead letters.",
            discussion: """
                Each is queued as a new delivery of the same notification, due now, and is settled by that. All of \
                them or, if one cannot be replayed, none; oldest first.
                """
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption
        @OptionGroup var replaying: ReplayOption
        @OptionGroup var letters: DeadLetterOptions

        func perform() async throws { try await replaying.replay(letters.selection, onlyDead: true, file, output) }
    }

    struct Dismiss: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Dismiss dead letters: settle them without a delivery.",
            discussion:
                "They stay in `ricevuta delivery list --state settled`. All of them or, if one is not dead, none."
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption
        @OptionGroup var letters: DeadLetterOptions

        func perform() async throws {
            let ids = try await file.withLedger(.operate) { ledger, configuration in
                let ids = try await letters.selection.deliveries(ledger, configuration).map(\.id)
                if !ids.isEmpty { try await ledger.dismiss(ids) }
                return ids
            }
            if output.json { return Terminal.print(.array(ids.map { .string($0) })) }
            Terminal.print(ids.isEmpty ? "No dead letters to dismiss." : "dismissed \(ids.count)")
        }
    }
}

/// Which dead letters: some by their IDs, or all that a filter leaves.
struct DeadLetterOptions: ParsableArguments {
    @Argument(help: "The deliveries' IDs, or their beginnings.", completion: Completions.deadLetters)
    var delivery: [String] = []

    @Flag(help: "All open dead letters.")
    var all = false

    @OptionGroup(title: "With --all") var scope: DeliveryScopeOptions

    func validate() throws {
        if all, !delivery.isEmpty { throw ValidationError("Give either delivery IDs or --all, not both.") }
        if !all, delivery.isEmpty { throw ValidationError("Give delivery IDs, or --all.") }
        if scope.isNarrow, !all { throw ValidationError("Filters go with --all.") }
    }

    var selection: DeliverySelection { all ? .all(scope) : .ids(delivery) }
}
