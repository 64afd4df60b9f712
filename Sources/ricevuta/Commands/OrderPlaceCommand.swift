import ArgumentParser
import BaseKit
import Pipeline
import RicevutaConfiguration
import RicevutaCore
import Visengine

/// The command `ricevuta order place`.
struct OrderPlaceCommand: RicevutaCommand {
    static let configuration = CommandConfiguration(
        commandName: "place",
        abstract: "Place an order: recorded locally, then sent to the provider.",
        discussion: """
            Fields are named by their key ($0 or 0) or by their name. Values on the command line are visible to other \
            users of this machine: --values reads them from a file, or with - from standard input. In a terminal, \
            what is missing is asked for, field by field. `ricevuta item show ITEM` shows what an item wants.
            """
    )

    @OptionGroup var file: ConfigurationOption
    @OptionGroup var output: OutputOption

    @Argument(help: "The catalogue item: its hash, or its name.")
    var item: String

    @Option(name: [.customShort("s"), .customLong("set")], help: "A field's value, as FIELD=VALUE.")
    var fields: [String] = []

    @Option(name: [.customShort("f"), .customLong("file")], help: "A field that is a file, as FIELD=PATH.")
    var files: [String] = []

    @Option(
        help: "A JSON file with an object of fields and values; - is standard input.",
        completion: .file(extensions: ["json"])
    )
    var values: String?

    @Option(name: .customLong("option"), help: "An option of the item, by name or kind, such as urgenza.")
    var options: [String] = []

    @Option(help: "Also e-mail the document to this address.")
    var email: String?

    @Flag(help: "Dry run: validate and price only; place no order.")
    var test = false

    @OptionGroup var waiting: WaitOption

    @Flag(help: "Place the order without asking; required where there is no terminal.")
    var yes = false

    func perform() async throws {
        try await file.withLedger(.operate, mayCreate: true, secrets: .required) { ledger, configuration in
            let registrar = try configuration.callbackRegistrar
            if !test { configuration.warnUnlessServing("nobody takes this order's callbacks") }
            let nonce = OrderNonce.random()
            let sent = try await configuration.provider.withClient { client in
                let placing = OrderPlacing(
                    provider: configuration.provider.id,
                    catalogue: client,
                    placer: client,
                    ledger: ledger,
                    registrar: registrar,
                    firstPoll: configuration.reconciliation.firstInterval
                )
                return try await place(nonce, placing, client)
            }
            guard let sent else { return }
            if waiting.wait {
                let done = try await waiting.document(of: nonce.rawValue, in: ledger)
                return output.json ? Terminal.print(done.json) : Terminal.print(Listing.table(done.details))
            }
            guard case .answered(let record) = sent else { return }
            output.json ? Terminal.print(record.json) : Terminal.print("placed order \(record.name)")
        }
    }

    /// What is known once an order was sent.
    private enum Sent {
        case answered(OrderRecord)
        /// It may exist: reconciliation finds out.
        case lost
    }

    private func detail(_ placing: OrderPlacing, _ client: any Catalogue) async throws -> ItemDetail {
        do throws(OrderPlacingError) {
            return try await placing.item(item)
        } catch {
            switch error {
            case .itemNotFound, .severalItems:
                let found = try ItemLookup(try await client.items()).find(item)
                throw CommandFailure(.itemNotFound, "item '\(item)' not found; use its hash, \(found.hash)")
            case .needsChoice, .call, .notRecorded, .refused, .refusalNotRecorded, .outcomeUnknown,
                .placedButNotRecorded:
                throw error
            }
        }
    }

    private func place(
        _ nonce: OrderNonce,
        _ placing: OrderPlacing,
        _ client: any Catalogue
    ) async throws -> Sent? {
        let detail = try await detail(placing, client)
        var inputs = try OrderInputs(detail, fields: fields, files: files, values: values, options: options)
        // Whoever gave everything, or cannot answer, is not asked.
        if !yes, values != "-", Terminal.canAsk, !detail.problems(in: inputs.values, options: inputs.options).isEmpty {
            try OrderForm(item: detail, ask: Terminal.ask, say: Terminal.note).fill(&inputs)
        }
        try inputs.check(for: detail)
        let request = OrderPlacing.Request(
            item: detail.item,
            values: inputs.values,
            options: inputs.options,
            email: email
        )
        if test {
            let price = try await placing.price(of: request)
            if output.json {
                Terminal.print(["valid": true, "price": price?.json ?? .null])
            } else {
                Terminal.print("valid; price \(price.map { "\($0) EUR" } ?? "unknown")")
            }
            return nil
        }
        if !yes {
            guard Terminal.canAsk else {
                throw CommandFailure(
                    .confirmationNeeded,
                    "no terminal to confirm the order on; pass --yes to place it without asking"
                )
            }
            guard Terminal.confirm("Place an order for \"\(detail.item.name)\" \(price(of: detail, inputs))?") else {
                throw CommandFailure(.cancelled, "cancelled: no order was placed")
            }
        }
        do throws(OrderPlacingError) {
            return .answered(try await placing.place(request, nonce: nonce))
        } catch {
            switch error {
            case .outcomeUnknown, .placedButNotRecorded:
                Terminal.note("recorded as \(nonce); `ricevuta serve` will find out whether the order exists")
                guard waiting.wait else { throw error }
                Terminal.note("\(CommandFailure(error)); waiting until it is found")
                return .lost
            case .refusalNotRecorded:
                Terminal.note("recorded as \(nonce); `ricevuta serve` will find out whether the order exists")
            case .itemNotFound, .severalItems, .needsChoice, .call, .notRecorded, .refused: break
            }
            throw error
        }
    }

    /// What the catalogue says that it costs, with the options that were chosen.
    private func price(of item: ItemDetail, _ inputs: OrderInputs) -> String {
        let chosen = item.options.filter { inputs.options.contains($0.name) }
        guard let price = item.price else { return "at an unknown price" }
        let sum = chosen.compactMap(\.price).reduce(price, +)
        let isComplete = chosen.allSatisfy { $0.price != nil }
        return "for \(sum) EUR" + (isComplete ? "" : " plus options of unknown price")
    }
}
