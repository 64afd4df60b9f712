public import ArgumentParser
import BaseKit
public import RicevutaCore

/// The command `ricevuta delivery`.
struct DeliveryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delivery",
        abstract: "List deliveries, show one with its attempts, or replay some.",
        subcommands: [List.self, Show.self, Replay.self]
    )

    struct List: RicevutaCommand {
        static let configuration = CommandConfiguration(abstract: "List deliveries, newest first.")

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption
        @OptionGroup var filter: DeliveryFilterOptions

        @Option(help: "Only deliveries in this state: pending, delivered, dead or settled.")
        var state: DeliveryState?

        func perform() async throws {
            try await filter.list(state.map { [$0] } ?? [], empty: "No deliveries.", file, output)
        }
    }

    struct Show: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one delivery with its attempts: when, how long, and what the receiver answered.",
            discussion: """
                The newest \(AttemptEntry.kept) attempts are kept, each with the first \
                \(SinkAnswer.maxBodyBytes) bytes of the answer, for as long as retention.attempts says.
                """
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption

        @Argument(help: "The delivery's ID, or its beginning.", completion: Completions.deliveries)
        var delivery: String

        func perform() async throws {
            let (entry, attempts) = try await file.withLedger { ledger, _ in
                let entry = try await ledger.requireDelivery(delivery)
                return (entry, try await ledger.attempts(ofDelivery: entry.id))
            }
            if output.json {
                var object = entry.json.object ?? JSONObject()
                object["attemptsMade"] = .array(attempts.map(\.json))
                return Terminal.print(.object(object))
            }
            Terminal.print(Listing.table(entry.details(at: .now())))
            guard !attempts.isEmpty else { return }
            Terminal.print("\nAttempts\n" + Listing.table([AttemptEntry.columns] + attempts.map(\.row)))
        }
    }

    struct Replay: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Replay deliveries: queue a new delivery of each one's notification, due now.",
            discussion: """
                All of them or, if one cannot be replayed, none. They are queued in the order in which they were made. \
                A delivery that is still pending is not replayed: it will be attempted anyway. Nor is one to a sink \
                that is not configured: `ricevuta sink move` gives those to another sink.
                """
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption
        @OptionGroup var replaying: ReplayOption

        @Argument(help: "The deliveries' IDs, or their beginnings.", completion: Completions.deliveries)
        var delivery: [String]

        func perform() async throws { try await replaying.replay(.ids(delivery), onlyDead: false, file, output) }
    }
}

extension LedgerReader {
    /// The delivery with this id, or the only one whose id begins so.
    ///
    /// - Throws: ``LedgerError``.
    func requireDelivery(_ prefix: String) async throws(LedgerError) -> DeliveryEntry {
        guard let entry = try await delivery(matching: prefix) else {
            throw .notFound(what: "delivery", name: prefix)
        }
        return entry
    }
}

extension DeliveryState: ExpressibleByArgument {}
