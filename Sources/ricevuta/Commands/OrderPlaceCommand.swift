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

            With --idempotency-key a script can repeat a call that failed, or that it lost sight of, without paying \
            twice: exit code 0 and `placedEarlier` in the JSON say that the order was there already. An order that the \
            provider rejected gives its key back. A key is kept as long as its order.
            """
    )

    @OptionGroup var file: ConfigurationOption
    @OptionGroup var output: OutputOption

    @Argument(help: "The catalogue item: its hash, or its name.", completion: Completions.items)
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

    @OptionGroup var caller: ReferenceOption

    @OptionGroup var purchase: PurchaseOptions

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
                    firstPoll: configuration.reconciliation.firstInterval,
                    dailyLimit: purchase.overLimit ? nil : configuration.dailyLimit
                )
                return try await place(nonce, placing, client)
            }
            guard let sent else { return }
            if waiting.wait {
                let done = try await waiting.document(of: sent.record?.name ?? nonce.rawValue, in: ledger)
                return output.json
                    ? Terminal.print(sent.json(done)) : Terminal.print(Listing.table(done.details))
            }
            guard let record = sent.record else { return }
            if output.json { return Terminal.print(sent.json(record)) }
            Terminal.print(
                sent.isEarlier
                    ? "order \(record.name) was placed under this idempotency key at \(record.createdAt.short); "
                        + "nothing was bought now" : "placed order \(record.name)"
            )
        }
    }

    /// What is known once an order was sent, or found not to need sending.
    private enum Sent {
        case answered(OrderRecord)
        /// It was placed before, under the same key.
        case earlier(OrderRecord)
        /// It may exist: reconciliation finds out.
        case lost

        var record: OrderRecord? {
            switch self {
            case .answered(let record), .earlier(let record): record
            case .lost: nil
            }
        }

        var isEarlier: Bool { if case .earlier = self { true } else { false } }

        /// The order, and whether it was bought by another call.
        func json(_ record: OrderRecord) -> JSONValue {
            var object = record.json.object ?? JSONObject()
            object["placedEarlier"] = .bool(isEarlier)
            return .object(object)
        }
    }

    private func detail(_ placing: OrderPlacing, _ client: any Catalogue) async throws -> ItemDetail {
        do throws(OrderPlacingError) {
            return try await placing.item(item)
        } catch {
            switch error {
            case .itemNotFound, .severalItems:
                // By the beginning of its hash, or not at all: then this says which may have been meant.
                let found = try ItemLookup(try await client.items()).find(item)
                return try await placing.item(found.hash.rawValue)
            case .needsChoice, .call, .notRecorded, .keyInUse, .overLimit, .refused, .refusalNotRecorded,
                .outcomeUnknown, .placedButNotRecorded:
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
            email: email,
            reference: caller.reference,
            idempotencyKey: purchase.idempotencyKey,
            price: price(of: detail, inputs)
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
            guard Terminal.confirm("Place an order for \"\(detail.item.name)\" \(priceText(of: detail, inputs))?")
            else {
                throw CommandFailure(.cancelled, "cancelled: no order was placed")
            }
        }
        do throws(OrderPlacingError) {
            switch try await placing.place(request, nonce: nonce) {
            case .placed(let record): return .answered(record)
            case .earlier(let record): return .earlier(record)
            }
        } catch {
            switch error {
            case .outcomeUnknown, .placedButNotRecorded:
                Terminal.note("recorded as \(nonce); `ricevuta serve` will find out whether the order exists")
                guard waiting.wait else { throw error }
                Terminal.note("\(CommandFailure(error)); waiting until it is found")
                return .lost
            case .refusalNotRecorded:
                Terminal.note("recorded as \(nonce); `ricevuta serve` will find out whether the order exists")
            case .itemNotFound, .severalItems, .needsChoice, .call, .notRecorded, .keyInUse, .overLimit, .refused: break
            }
            throw error
        }
    }

    /// What the catalogue says that it costs, with the options that were chosen; `nil` when it does not say all of it.
    private func price(of item: ItemDetail, _ inputs: OrderInputs) -> Price? {
        let prices = [item.price] + item.options.filter { inputs.options.contains($0.name) }.map(\.price)
        let known = prices.compactMap(\.self)
        return known.count == prices.count ? known.reduce(Price(thousandths: 0), +) : nil
    }

    /// The same for the question.
    private func priceText(of item: ItemDetail, _ inputs: OrderInputs) -> String {
        if let price = price(of: item, inputs) { return "for \(price) EUR" }
        guard let base = item.price else { return "at an unknown price" }
        let chosen = item.options.filter { inputs.options.contains($0.name) }.compactMap(\.price)
        return "for \(chosen.reduce(base, +)) EUR plus options of unknown price"
    }
}
