public import ArgumentParser
import BaseKit
import RicevutaConfiguration
public import RicevutaCore
import Visengine

/// The command `ricevuta delivery`.
struct DeliveryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delivery",
        abstract: "List deliveries, or replay one.",
        subcommands: [List.self, Replay.self]
    )

    struct List: RicevutaCommand {
        static let configuration = CommandConfiguration(abstract: "List deliveries, newest first.")

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption
        @OptionGroup var size: LimitOption

        @Option(help: "Only deliveries to this sink.")
        var sink: String?

        @Option(help: "Only deliveries in this state: pending, delivered, dead or settled.")
        var state: DeliveryState?

        func perform() async throws {
            try await list(file, output, states: state.map { [$0] } ?? [], sink: sink, limit: size.limit)
        }
    }

    struct Replay: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Replay deliveries: queue a new delivery of each one's notification, due now.",
            discussion: """
                All of them or, if one cannot be replayed, none. They are queued in the order in which they were made. \
                A delivery that is still pending is not replayed: it will be attempted anyway.
                """
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption
        @OptionGroup var replaying: ReplayOption

        @Argument(help: "The deliveries' IDs.")
        var delivery: [String]

        func perform() async throws { try await replaying.replay(delivery, onlyDead: false, file, output) }
    }
}

/// The command `ricevuta dead-letter`.
struct DeadLetterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letter",
        abstract: "List, replay or dismiss dead letters: deliveries that ran out of attempts or were refused for good.",
        subcommands: [List.self, Replay.self, Dismiss.self]
    )

    struct List: RicevutaCommand {
        static let configuration = CommandConfiguration(abstract: "List open dead letters, newest first.")

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption
        @OptionGroup var size: LimitOption

        @Option(help: "Only deliveries to this sink.")
        var sink: String?

        func perform() async throws { try await list(file, output, states: [.dead], sink: sink, limit: size.limit) }
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
        @OptionGroup var letters: DeadLetterSelection

        func perform() async throws {
            try await replaying.replay(try await letters.ids(file), onlyDead: true, file, output)
        }
    }

    struct Dismiss: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Dismiss dead letters: settle them without a delivery.",
            discussion:
                "They stay in `ricevuta delivery list --state settled`. All of them or, if one is not dead, none."
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption
        @OptionGroup var letters: DeadLetterSelection

        func perform() async throws {
            let ids = try await letters.ids(file)
            try await file.withLedger(.operate) { ledger, _ in
                if !ids.isEmpty { try await ledger.dismiss(ids) }
            }
            if output.json { return Terminal.print(.array(ids.map { .string($0) })) }
            Terminal.print(ids.isEmpty ? "No dead letters to dismiss." : "dismissed \(Set(ids).count)")
        }
    }
}

/// Which dead letters: some by their IDs, or all.
struct DeadLetterSelection: ParsableArguments {
    @Argument(help: "The deliveries' IDs.")
    var delivery: [String] = []

    @Flag(help: "All open dead letters.")
    var all = false

    @Option(help: "With --all: only dead letters of this sink.")
    var sink: String?

    func validate() throws {
        if all, !delivery.isEmpty { throw ValidationError("Give either delivery IDs or --all, not both.") }
        if !all, delivery.isEmpty { throw ValidationError("Give delivery IDs, or --all.") }
        if sink != nil, !all { throw ValidationError("--sink goes with --all.") }
    }

    fileprivate func ids(_ file: ConfigurationOption) async throws -> [String] {
        guard all else { return delivery }
        return try await file.withLedger { ledger, configuration in
            let name = try await sinkName(sink, ledger, configuration)
            return try await ledger.deliveries(DeliveryQuery(states: [.dead], sink: name, limit: 1_000_000)).map(\.id)
        }
    }
}

/// How deliveries are replayed.
struct ReplayOption: ParsableArguments {
    @Flag(help: "Print what would be replayed; change nothing.")
    var dryRun = false

    fileprivate func replay(
        _ ids: [String],
        onlyDead: Bool,
        _ file: ConfigurationOption,
        _ output: OutputOption
    ) async throws {
        if dryRun { return try await check(ids, onlyDead: onlyDead, file, output) }
        let made = try await file.withLedger(.operate) { ledger, _ in
            ids.isEmpty ? [] : try await ledger.replay(ids, onlyDead: onlyDead, now: .now())
        }
        if output.json {
            return Terminal.print(
                .array(made.map { ["replayOf": .string($0.replayed), "delivery": .string($0.delivery)] })
            )
        }
        let lines = made.map { "replayed \($0.replayed) as \($0.delivery)" }
        Terminal.print(lines.isEmpty ? "No dead letters to replay." : lines.joined(separator: "\n"))
    }

    private func check(
        _ ids: [String],
        onlyDead: Bool,
        _ file: ConfigurationOption,
        _ output: OutputOption
    ) async throws {
        let wanted = Set(ids)
        let entries = try await file.withLedger { ledger, _ in
            try await ledger.deliveries(DeliveryQuery(limit: 1_000_000)).filter { wanted.contains($0.id) }
        }
        if let missing = wanted.subtracting(entries.map(\.id)).min() {
            throw LedgerError.notFound(what: "delivery", name: missing)
        }
        for entry in entries { try entry.state.requireReplayable(entry.id, onlyDead: onlyDead) }
        Listing(
            empty: "No dead letters to replay.",
            columns: DeliveryEntry.columns,
            rows: entries.reversed().map(\.row),
            json: .array(entries.reversed().map(\.json))
        ).print(asJSON: output.json)
    }
}

extension DeliveryState: ExpressibleByArgument {}

private func list(
    _ file: ConfigurationOption,
    _ output: OutputOption,
    states: Set<DeliveryState>,
    sink: String?,
    limit: Int
) async throws {
    let entries = try await file.withLedger { ledger, configuration in
        let name = try await sinkName(sink, ledger, configuration)
        return try await ledger.deliveries(DeliveryQuery(states: states, sink: name, limit: limit))
    }
    Listing(
        empty: states == [.dead] ? "No dead letters." : "No deliveries.",
        columns: DeliveryEntry.columns,
        rows: entries.map(\.row),
        json: .array(entries.map(\.json))
    ).print(asJSON: output.json)
}

/// The sink that `--sink` names: a configured one, or one that has deliveries and was removed from the configuration.
///
/// - Throws: ``CommandFailure`` for a name that is neither.
private func sinkName(
    _ text: String?,
    _ ledger: any LedgerReader,
    _ configuration: Configuration
) async throws -> SinkName? {
    guard let text else { return nil }
    let names = configuration.sinks.map(\.name)
    if let name = SinkName(rawValue: text) {
        if names.contains(name) { return name }
        if try await !ledger.deliveries(DeliveryQuery(sink: name, limit: 1)).isEmpty { return name }
    }
    throw CommandFailure(.badInput, unknown: "sink", text, among: names.map(\.rawValue))
}

extension DeliveryEntry {
    fileprivate static let columns = [
        "DELIVERY", "SINK", "TYPE", "ORDER", "STATE", "ATTEMPTS", "WRITTEN", "LAST ERROR",
    ]

    var row: [String] {
        [
            id, sink.rawValue, notification.type.rawValue, notification.orderID.rawValue, state.rawValue,
            String(attempts),
            createdAt.short, lastError ?? "",
        ]
    }

    var json: JSONValue {
        [
            "id": .string(id), "notification": .string(notification.id), "type": .string(notification.type.rawValue),
            "order": .string(notification.orderID.rawValue), "sink": .string(sink.rawValue),
            "state": .string(state.rawValue), "attempts": JSONValue(attempts),
            "nextAttempt": JSONValue(nextAttempt?.description), "lastError": JSONValue(lastError),
            "replayOf": JSONValue(replayOf), "createdAt": .string(createdAt.description),
        ]
    }
}
