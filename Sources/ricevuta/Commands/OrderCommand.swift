import ArgumentParser
import BaseKit
import RicevutaCore
import Visengine

/// The command `ricevuta order`.
struct OrderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "order",
        abstract: "Place, show and list orders.",
        subcommands: [OrderPlaceCommand.self, Show.self, List.self]
    )

    struct List: RicevutaCommand {
        static let configuration = CommandConfiguration(abstract: "List orders, newest first.")

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption
        @OptionGroup var size: LimitOption

        @Flag(help: "Only open orders.")
        var open = false

        @Option(
            help: """
                Only orders whose STATE column says this: searching, processing, available, fulfilled, cancelled or \
                unknown:NAME; pending, placed or refused before the provider has shown a state.
                """
        )
        var state: String?

        func perform() async throws {
            var query = OrderQuery(isOpen: open, limit: size.limit)
            if let state { try query.require(state) }
            let orders = try await file.withLedger { ledger, _ in try await ledger.orders(query) }
            Listing(
                empty: "No orders.",
                columns: ["ORDER", "STATE", "DOCUMENT", "PLACED", "ITEM"],
                rows: orders.map {
                    [
                        $0.name, $0.state?.name ?? $0.placement.rawValue, $0.document.rawValue, $0.createdAt.short,
                        $0.itemName ?? $0.item?.rawValue ?? "-",
                    ]
                },
                json: .array(orders.map(\.json))
            ).print(asJSON: output.json)
        }
    }

    struct Show: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one order with its callbacks, documents and deliveries."
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption

        @Argument(help: "The order: its ID at the provider, its nonce, or its number in the ledger.")
        var order: String

        /// Whoever has an order's token can post any number.
        private static let mostCallbacks = 100

        func perform() async throws {
            let (record, work, callbacks, documents, deliveries) = try await file.withLedger { ledger, _ in
                guard let record = try await ledger.order(named: order) else {
                    throw LedgerError.notFound(what: "order", name: order)
                }
                return (
                    record, try await ledger.work(ofOrder: record.key),
                    try await ledger.callbacks(ofOrder: record.key, limit: Self.mostCallbacks),
                    try await ledger.documents(ofOrder: record.key, limit: 100),
                    try await ledger.deliveries(DeliveryQuery(orderKey: record.key, limit: 1000))
                )
            }
            if output.json {
                var object = record.json.object ?? JSONObject()
                object["problem"] = JSONValue(work.problem)
                object["searches"] = .array(work.searches.map(\.json))
                object["jobs"] = .array(work.jobs.map(\.json))
                object["callbacks"] = .array(callbacks.map(\.json))
                object["documents"] = .array(documents.map(\.json))
                object["deliveries"] = .array(deliveries.map(\.json))
                return Terminal.print(.object(object))
            }
            Terminal.print(Listing.table(record.details + (work.problem.map { [["problem", $0]] } ?? [])))
            let isAll = callbacks.count < Self.mostCallbacks
            for section in [
                Listing.section("Jobs", JobEntry.columns, work.jobs.map(\.row)),
                Listing.section("Search results", Search.columns, work.searches.flatMap(\.rows)),
                Listing.section(
                    "Callbacks\(isAll ? "" : " (the newest)")",
                    CallbackEntry.columns,
                    callbacks.map(\.row)
                ),
                Listing.section("Documents", DocumentEntry.orderColumns, documents.map(\.orderRow)),
                Listing.section("Deliveries", DeliveryEntry.orderColumns, deliveries.map(\.orderRow)),
            ].compactMap(\.self) { Terminal.print("\n" + section) }
        }
    }
}

extension OrderQuery {
    private static let states: [OrderState] = [.searching, .processing, .available, .fulfilled, .cancelled]
    private static let placements: [OrderRecord.Placement] = [.pending, .placed, .refused]

    /// Reads what `--state` was given.
    ///
    /// - Throws: ``CommandFailure`` for what no order's state can be.
    fileprivate mutating func require(_ text: String) throws {
        let name = text.lowercased()
        if let known = Self.states.first(where: { $0.name == name }) {
            state = known
        } else if let known = Self.placements.first(where: { $0.rawValue == name }) {
            placement = known
        } else if name.hasPrefix("unknown:") {
            state = .unknown(String(text.dropFirst("unknown:".count)))
        } else {
            let names = Self.states.map(\.name) + Self.placements.map(\.rawValue)
            throw CommandFailure(.badInput, unknown: "state", text, among: names + ["unknown:NAME"])
        }
    }
}
