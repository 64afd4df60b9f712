import ArgumentParser
import BaseKit
import RicevutaCore
import Visengine

/// The command `ricevuta events`.
struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Follow events as they are published.",
        subcommands: [Tail.self]
    )

    struct Tail: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print events, oldest first, and go on as more are published.",
            discussion: """
                Begins with the next event; with --since or --after, with what was published from there on. With \
                --json each event is one line, and `number` of the last one is what --after goes on from. Only reads \
                the ledger, twice a second, and needs no running service. Ends with Ctrl-C, exit code 0.
                """
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption
        @OptionGroup var scope: DeliveryScopeOptions

        @Option(help: "Only events published after the one of this number; 0 begins with the first.")
        var after: Int64?

        @Option(help: "End after so many events.")
        var limit: Int?

        @Flag(help: "Print what there is, and end.")
        var noFollow = false

        func validate() throws {
            if let limit, limit < 1 { throw ValidationError("--limit must be at least 1.") }
            if let after, after < 0 { throw ValidationError("--after must be 0 or more.") }
        }

        func perform() async throws {
            let (isJSON, limit, follows) = (output.json, limit, !noFollow)
            try await file.withLedger { ledger, configuration in
                let wanted = try await scope.query([], ledger, configuration)
                var query = NotificationQuery(
                    type: wanted.type,
                    orderKey: wanted.orderKey,
                    sink: wanted.sink,
                    item: wanted.item,
                    reference: wanted.reference,
                    since: wanted.since,
                    after: after ?? 0
                )
                if after == nil, wanted.since == nil, follows {
                    query.after = try await ledger.notifications(NotificationQuery(limit: 0)).last
                }
                let tail = EventTail(ledger: ledger, start: query, limit: limit, follows: follows)
                try await Interruption.run {
                    try await tail.run { entry in
                        isJSON ? Terminal.print(json: entry.json.encoded()) : Terminal.print(entry.line)
                    }
                }
            }
        }
    }
}

/// Reads notifications as they are recorded.
struct EventTail: Sendable {
    /// The ledger.
    var ledger: any LedgerReader
    /// Which notifications, and after which one to begin.
    var start: NotificationQuery
    /// How many at most; `nil` for no end.
    var limit: Int?
    /// Whether to wait for more.
    var follows: Bool

    /// How many are read at once: a look holds up no writer for long, and takes little memory.
    private static let pageSize = 200
    /// The time between two looks when there was no more.
    private static let pause = Duration.milliseconds(500)

    /// Hands out one after another until there are no more, or enough.
    ///
    /// - Throws: `LedgerError`, or `CancellationError`.
    func run(_ take: (NotificationEntry) -> Void) async throws {
        var query = start
        var left = limit ?? .max
        while left > 0 {
            query.limit = min(Self.pageSize, left)
            let page = try await ledger.notifications(query)
            for entry in page.entries { take(entry) }
            left -= page.entries.count
            query.after = page.last
            if page.entries.count < query.limit {
                guard follows else { return }
                try await Task.sleep(for: Self.pause)
            }
        }
    }
}

extension NotificationEntry {
    /// One line for people.
    var line: String {
        let told = notification
        let states = [told.previousState?.name, told.state?.name].compactMap(\.self).joined(separator: " → ")
        let parts: [String?] = [
            told.occurredAt.short, told.type.rawValue, told.orderID.rawValue, states,
            told.reference.map { "[\($0)]" }, told.itemName ?? told.item?.rawValue,
            sinks.isEmpty ? nil : "to \(sinks.map(\.rawValue).joined(separator: ", "))",
        ]
        return parts.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: "  ")
    }

    var json: JSONValue {
        let told = notification
        return [
            "number": JSONValue(number), "id": .string(told.id), "type": .string(told.type.rawValue),
            "time": .string(told.occurredAt.description), "order": .string(told.orderID.rawValue),
            "provider": .string(told.provider.rawValue), "reference": JSONValue(told.reference?.rawValue),
            "item": JSONValue(told.item?.rawValue), "itemName": JSONValue(told.itemName),
            "state": JSONValue(told.state?.name), "previousState": JSONValue(told.previousState?.name),
            "document": told.document.map { document in
                [
                    "sha256": .string(document.sha256), "bytes": JSONValue(document.size),
                    "kind": .string(document.kind.rawValue),
                ]
            } ?? .null,
            "sinks": .array(sinks.map { .string($0.rawValue) }),
        ]
    }
}
