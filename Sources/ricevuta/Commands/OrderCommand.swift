import ArgumentParser
import BaseKit
import RicevutaCore
import Visengine

/// The command `ricevuta order`.
struct OrderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "order",
        abstract: "Place, show and list orders, or read them back now.",
        subcommands: [OrderPlaceCommand.self, Show.self, List.self, OrderRefreshCommand.self]
    )

    /// What an order may be called on the command line.
    static let nameHelp: ArgumentHelp = """
        The order: its ID at the provider, its nonce, or their first characters (at least \
        \(OrderQuery.shortestPrefix)); or its number in the ledger.
        """

    struct List: RicevutaCommand {
        static let configuration = CommandConfiguration(abstract: "List orders, newest first.")

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption
        @OptionGroup var size: LimitOption
        @OptionGroup var time: SinceOption

        @Flag(help: "Only open orders.")
        var open = false

        @Option(
            help: """
                Only orders whose STATE column says this: searching, processing, available, fulfilled, cancelled or \
                unknown:NAME; pending, placed or refused before the provider has shown a state.
                """,
            completion: .list(OrderQuery.stateNames)
        )
        var state: String?

        @Option(help: "Only orders of this item: its hash, or a part of its name.", completion: Completions.items)
        var item: String?

        @OptionGroup var caller: ReferenceFilterOption

        @Option(help: "Only orders recorded before this one: the next page of a list.", completion: Completions.orders)
        var before: String?

        func perform() async throws {
            var query = OrderQuery(
                isOpen: open,
                item: item,
                reference: caller.reference,
                since: time.since,
                limit: size.limit + 1
            )
            if let state { try query.require(state) }
            let found = try await file.withLedger { [query] ledger, _ in
                var query = query
                if let before {
                    guard let order = try await ledger.order(named: before) else {
                        throw LedgerError.notFound(what: "order", name: before)
                    }
                    query.before = order.key
                }
                return try await ledger.orders(query)
            }
            let orders = found.prefix(size.limit)
            Listing(
                empty: "No orders.",
                columns: ["ORDER", "STATE", "DOCUMENT", "PLACED", "REFERENCE", "ITEM"],
                rows: orders.map {
                    [
                        $0.name, $0.state?.name ?? $0.placement.rawValue, $0.document.rawValue, $0.createdAt.short,
                        $0.reference?.rawValue ?? "-", $0.itemName ?? $0.item?.rawValue ?? "-",
                    ]
                },
                json: .array(orders.map(\.json))
            ).print(asJSON: output.json)
            if found.count > orders.count, let last = orders.last {
                Terminal.note("there are more: add `--before \(last.name)` or a greater --limit")
            }
        }
    }

    struct Show: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one order with its callbacks, documents and deliveries."
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption
        @OptionGroup var waiting: WaitOption

        @Argument(help: OrderCommand.nameHelp, completion: Completions.orders)
        var order: String

        func perform() async throws {
            let story = try await file.withLedger { ledger, _ in
                if waiting.wait { _ = try await waiting.document(of: order, in: ledger) }
                return try await ledger.story(of: order)
            }
            if output.json { return Terminal.print(.object(story.parts)) }
            Terminal.print(Listing.table(story.order.details + (story.work.problem.map { [["problem", $0]] } ?? [])))
            for section in story.sections { Terminal.print("\n" + section) }
        }
    }
}

extension OrderQuery {
    /// All that `--state` takes but unknown ones.
    static let stateNames = states.map(\.name) + placements.map(\.rawValue)

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
            throw CommandFailure(.unknownName, unknown: "state", text, among: Self.stateNames + ["unknown:NAME"])
        }
    }
}
