import ArgumentParser
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
            users of this machine: --values reads them from a file, or with - from standard input.
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

    @Flag(help: "Wait until the document is archived; needs a running `serve`, which fetches it.")
    var wait = false

    @Flag(help: "Place the order without asking; required where there is no terminal.")
    var yes = false

    func perform() async throws {
        try await file.withLedger(.operate, mayCreate: true, secrets: .required) { ledger, configuration in
            let registrar = try configuration.callbackRegistrar
            let nonce = OrderNonce.random()
            let record = try await configuration.provider.withClient { client in
                let placing = OrderPlacing(
                    provider: configuration.provider.id,
                    catalogue: client,
                    placer: client,
                    ledger: ledger,
                    registrar: registrar,
                    firstPoll: configuration.reconciliation.firstInterval
                )
                return try await place(nonce, placing)
            }
            guard let record else { return }
            if wait {
                let done = try await document(of: nonce, in: ledger)
                return output.json ? Terminal.print(done.json) : Terminal.print(Listing.table(done.details))
            }
            output.json ? Terminal.print(record.json) : Terminal.print("placed order \(record.name)")
        }
    }

    private func place(_ nonce: OrderNonce, _ placing: OrderPlacing) async throws -> OrderRecord? {
        let detail = try await placing.item(item)
        let inputs = try OrderInputs(detail, fields: fields, files: files, values: values, options: options)
        let request = OrderPlacing.Request(
            item: detail.item,
            values: inputs.values,
            options: inputs.options,
            email: email
        )
        if test {
            let price = try await placing.price(of: request)
            Terminal.print("valid; price \(price.map { "\($0) EUR" } ?? "unknown")")
            return nil
        }
        if !yes {
            guard Terminal.canAsk else {
                throw ValidationError("No terminal to confirm the order on; pass --yes to place it without asking.")
            }
            guard Terminal.confirm("Place an order for \"\(detail.item.name)\" \(price(of: detail, inputs))?") else {
                throw CommandFailure(.failed, "cancelled: no order was placed")
            }
        }
        do throws(OrderPlacingError) {
            return try await placing.place(request, nonce: nonce)
        } catch {
            switch error {
            case .outcomeUnknown, .placedButNotRecorded, .refusalNotRecorded:
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

    private func document(of nonce: OrderNonce, in ledger: any LedgerReader) async throws -> OrderRecord {
        let waiting = OrderWaiting { () throws(LedgerError) in
            guard let record = try await ledger.order(named: nonce.rawValue) else {
                throw .notFound(what: "order", name: nonce.rawValue)
            }
            return record
        }
        var bar = ProgressBar()
        defer { Terminal.endDrawing() }
        do throws(OrderWaiting.Failure) {
            return try await waiting.run { bar.show($0) }
        } catch {
            switch error {
            case .ended(let text): throw CommandFailure(.failed, "the order ended without a document: \(text)")
            case .ledger(let failure): throw failure
            case .cancelled: throw CancellationError()
            }
        }
    }
}
