public import ArgumentParser
import BaseKit
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

        @Option(help: "Only deliveries in this state: pending, delivered or dead.")
        var state: DeliveryState?

        func perform() async throws {
            try await list(file, output, states: state.map { [$0] } ?? [], sink: sink, limit: size.limit)
        }
    }

    struct Replay: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Replay a delivery: queue a new delivery of the same notification, due now."
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption

        @Argument(help: "The delivery's ID.")
        var delivery: [String]

        func perform() async throws { try await replay(delivery, file, output) }
    }
}

/// The command `ricevuta dead-letter`.
struct DeadLetterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letter",
        abstract: "List or replay dead letters: deliveries that ran out of attempts.",
        subcommands: [List.self, Replay.self]
    )

    struct List: RicevutaCommand {
        static let configuration = CommandConfiguration(abstract: "List dead letters, newest first.")

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
            discussion: "Each is queued as a new delivery of the same notification, due now; the dead letter is kept."
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption

        @Argument(help: "The deliveries' IDs.")
        var delivery: [String] = []

        @Flag(help: "Replay all dead letters that have not been replayed yet.")
        var all = false

        func validate() throws {
            guard all != !delivery.isEmpty else { throw ValidationError("Give either delivery IDs or --all.") }
        }

        func perform() async throws {
            var ids = delivery
            if all {
                ids = try await file.withLedger { ledger, _ in
                    let entries = try await ledger.deliveries(DeliveryQuery(limit: 1_000_000))
                    let replayed = Set(entries.compactMap(\.replayOf))
                    return entries.filter { $0.state == .dead && !replayed.contains($0.id) }.map(\.id)
                }
            }
            try await replay(ids, file, output)
        }
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
    let name = sink.flatMap { SinkName(rawValue: $0) }
    guard (sink == nil) == (name == nil) else { throw CommandFailure(.badInput, "invalid sink name") }
    let entries = try await file.withLedger { ledger, _ in
        try await ledger.deliveries(DeliveryQuery(states: states, sink: name, limit: limit))
    }
    Listing(
        empty: states == [.dead] ? "No dead letters." : "No deliveries.",
        columns: ["DELIVERY", "SINK", "TYPE", "ORDER", "STATE", "ATTEMPTS", "WRITTEN", "LAST ERROR"],
        rows: entries.map(\.row),
        json: .array(entries.map(\.json))
    ).print(asJSON: output.json)
}

private func replay(_ ids: [String], _ file: ConfigurationOption, _ output: OutputOption) async throws {
    let made = try await file.withLedger(.operate) { ledger, _ in
        var made: [(old: String, new: String)] = []
        for id in ids { made.append((id, try await ledger.replay(delivery: id, now: .now()))) }
        return made
    }
    if output.json {
        return Terminal.print(.array(made.map { ["replayOf": .string($0.old), "delivery": .string($0.new)] }))
    }
    Terminal.print(
        made.isEmpty
            ? "No dead letters to replay." : made.map { "replayed \($0.old) as \($0.new)" }.joined(separator: "\n")
    )
}

extension DeliveryEntry {
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
