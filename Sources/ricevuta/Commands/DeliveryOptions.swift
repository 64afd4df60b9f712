public import ArgumentParser
import BaseKit
import RicevutaConfiguration
public import RicevutaCore

/// What deliveries and events are about.
struct DeliveryScopeOptions: ParsableArguments {
    @Option(help: "Only what goes to this sink.", completion: Completions.knownSinks)
    var sink: String?

    @Option(
        help: "Only what is about this order: its ID at the provider, its nonce, or its number.",
        completion: Completions.orders
    )
    var order: String?

    @Option(help: "Only this type of event, such as document.available.")
    var type: NotificationType?

    @Option(
        help: "Only what is about orders of this catalogue item: its hash or its whole name.",
        completion: Completions.items
    )
    var item: String?

    @OptionGroup var caller: ReferenceFilterOption

    @Option(help: "Only what was written since then: an age such as 2h or 7d, a date, or a time (RFC 3339).")
    var since: PointInTime?

    /// Whether anything is left out.
    var isNarrow: Bool {
        sink != nil || order != nil || type != nil || item != nil || since != nil || caller.reference != nil
    }

    /// The query for the deliveries of some states.
    ///
    /// - Throws: ``CommandFailure`` for a sink that is not known, `LedgerError` for such an order.
    func query(
        _ states: Set<DeliveryState>,
        _ ledger: any LedgerReader,
        _ configuration: Configuration
    ) async throws -> DeliveryQuery {
        var query = DeliveryQuery(
            states: states,
            type: type,
            item: item,
            reference: caller.reference,
            since: since?.timestamp
        )
        if let sink { query.sink = try await configuration.knownSink(sink, ledger) }
        if let order {
            guard let record = try await ledger.order(named: order) else {
                throw LedgerError.notFound(what: "order", name: order)
            }
            query.orderKey = record.key
        }
        return query
    }
}

extension NotificationType: ExpressibleByArgument {}

/// Which deliveries to list, and how many at once.
struct DeliveryFilterOptions: ParsableArguments {
    @OptionGroup var scope: DeliveryScopeOptions
    @OptionGroup var size: LimitOption

    @Option(
        help: "Only deliveries older than this one: for the next page, the last ID of the one before.",
        completion: Completions.deliveries
    )
    var before: String?

    func list(
        _ states: Set<DeliveryState>,
        empty: String,
        _ file: ConfigurationOption,
        _ output: OutputOption
    ) async throws {
        let entries = try await file.withLedger { ledger, configuration in
            var query = try await scope.query(states, ledger, configuration)
            if let before { query.before = try await ledger.requireDelivery(before).id }
            query.limit = size.limit
            return try await ledger.deliveries(query)
        }
        Listing(
            empty: empty,
            columns: DeliveryEntry.columns,
            rows: entries.map(\.row),
            json: .array(entries.map(\.json))
        ).print(asJSON: output.json)
        if entries.count == size.limit, let last = entries.last, !output.json {
            Terminal.note("there may be more: --before \(last.id)")
        }
    }
}

/// Deliveries that a command is about.
enum DeliverySelection: Sendable {
    /// By their ids, or the beginnings of them.
    case ids([String])
    /// All open dead letters that a filter leaves.
    case all(DeliveryScopeOptions)

    /// The deliveries, oldest first, each once.
    ///
    /// - Throws: ``CommandFailure``, `LedgerError`.
    func deliveries(_ ledger: any LedgerReader, _ configuration: Configuration) async throws -> [DeliveryEntry] {
        switch self {
        case .ids(let prefixes):
            var entries: [DeliveryEntry] = []
            for prefix in prefixes {
                let entry = try await ledger.requireDelivery(prefix)
                if !entries.contains(where: { $0.id == entry.id }) { entries.append(entry) }
            }
            return entries.sorted { $0.createdAt < $1.createdAt }
        case .all(let scope):
            var query = try await scope.query([.dead], ledger, configuration)
            query.limit = .max
            return try await ledger.deliveries(query).reversed()
        }
    }
}

/// How deliveries are replayed.
struct ReplayOption: ParsableArguments {
    @Flag(help: "Print what would be replayed; change nothing.")
    var dryRun = false

    func replay(
        _ selection: DeliverySelection,
        onlyDead: Bool,
        _ file: ConfigurationOption,
        _ output: OutputOption
    ) async throws {
        let (entries, made) = try await file.withLedger(dryRun ? .inspect : .operate) { ledger, configuration in
            let entries = try await selection.deliveries(ledger, configuration)
            for entry in entries { try entry.state.requireReplayable(entry.id, onlyDead: onlyDead) }
            try configuration.requireSinks(of: entries)
            let isWanted = !dryRun && !entries.isEmpty
            let made =
                isWanted ? try await ledger.replay(entries.map(\.id), onlyDead: onlyDead, now: .now()) : []
            return (entries, made)
        }
        if dryRun {
            return Listing(
                empty: "No dead letters to replay.",
                columns: DeliveryEntry.columns,
                rows: entries.map(\.row),
                json: .array(entries.map(\.json))
            ).print(asJSON: output.json)
        }
        made.print(empty: "No dead letters to replay.", verb: "replayed", output)
    }
}

extension [DeliveryReplay] {
    /// Prints which delivery is repeated by which.
    func print(empty: String, verb: String, _ output: OutputOption) {
        if output.json {
            return Terminal.print(
                .array(map { ["replayOf": .string($0.replayed), "delivery": .string($0.delivery)] })
            )
        }
        let lines = map { "\(verb) \($0.replayed) as \($0.delivery)" }
        Terminal.print(lines.isEmpty ? empty : lines.joined(separator: "\n"))
    }
}

extension Configuration {
    /// Makes sure that what is replayed goes to sinks that there are: else it would wait for ever.
    fileprivate func requireSinks(of entries: [DeliveryEntry]) throws {
        let configured = Set(sinks.map(\.name))
        guard let lost = entries.first(where: { !configured.contains($0.sink) }) else { return }
        throw CommandFailure(
            .stateConflict,
            "delivery \(lost.id) goes to sink '\(lost.sink)', which is not configured; "
                + "`ricevuta sink move \(lost.sink) TO` gives its deliveries and dead letters to another sink"
        )
    }
}
