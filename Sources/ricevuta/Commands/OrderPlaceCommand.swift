import ArgumentParser
import AsyncHTTPClient
import BaseKit
import Foundation
import RicevutaConfiguration
import RicevutaCore
import Visengine
import VisengineClient

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

    @Flag(help: "Skip the confirmation.")
    var yes = false

    func perform() async throws {
        try await file.withLedger(.operate, mayCreate: true) { ledger, configuration in
            let nonce = OrderNonce.random()
            let callback = try configuration.registration(for: nonce)
            let settings = configuration.provider.clientConfiguration
            let http = HTTPClient(
                eventLoopGroup: HTTPClient.defaultEventLoopGroup,
                configuration: settings.httpClientConfiguration
            )
            let result: Result<OrderRecord?, any Error>
            do {
                let placing = Placing(client: configuration.provider.client(http), ledger: ledger)
                result = .success(try await place(nonce, callback, placing, configuration))
            } catch {
                result = .failure(error)
            }
            try? await http.shutdown()  // Nothing is in flight any more.
            guard let record = try result.get() else { return }
            if wait {
                let done = try await OrderWaiter(ledger: ledger, nonce: nonce).run()
                return output.json ? Terminal.print(done.json) : Terminal.print(Listing.table(done.details))
            }
            output.json ? Terminal.print(record.json) : Terminal.print("placed order \(record.name)")
        }
    }

    private func place(
        _ nonce: OrderNonce,
        _ callback: CallbackRegistration,
        _ placing: Placing,
        _ configuration: Configuration
    ) async throws -> OrderRecord? {
        let detail = try await placing.item(item)
        let inputs = try OrderInputs(detail, fields: fields, files: files, values: values, options: options)
        let placement = OrderPlacement(
            item: detail.item.hash,
            values: inputs.values,
            options: inputs.options,
            callback: callback,
            email: email,
            isTest: test
        )
        if test {
            let answer = try await placing.client.place(placement)
            Terminal.print(
                "valid; price \(answer.price.map { "\($0) EUR" } ?? "unknown")"
            )
            return nil
        }
        if !yes, Terminal.canAsk {
            let price = detail.price.map { "for \($0) EUR" } ?? "at an unknown price"
            guard Terminal.confirm("Place an order for \"\(detail.item.name)\" \(price), not including options?") else {
                throw CommandFailure(.failed, "cancelled: no order was placed")
            }
        }
        return try await placing.place(placement, nonce, detail, firstPoll: configuration.reconciliation.firstInterval)
    }
}

/// Places one order so that nothing is lost, whatever happens in between.
struct Placing: Sendable {
    let client: VisengineAPI
    let ledger: any PlacementLedger

    /// Finds an item by its hash or, without regard to case, by its name.
    func item(_ text: String) async throws -> ItemDetail {
        let hash: ItemHash
        let isHash = text.utf8.count == 32 && !text.contains(" ")
        if isHash, let given = ItemHash(rawValue: text) {
            hash = given
        } else {
            let found = try await client.catalogue().filter { $0.name.lowercased() == text.lowercased() }
            guard let only = found.first, found.count == 1 else {
                throw CommandFailure(
                    .notFound,
                    found.isEmpty
                        ? "item '\(text)' not found; `ricevuta item list` shows the catalogue"
                        : "\(found.count) items have that name; use the hash"
                )
            }
            hash = only.hash
        }
        return try await client.item(hash)
    }

    /// Records, places, and records the answer.
    func place(
        _ placement: OrderPlacement,
        _ nonce: OrderNonce,
        _ detail: ItemDetail,
        firstPoll: Duration
    ) async throws -> OrderRecord {
        let now = Timestamp.now()
        _ = try await ledger.placing(
            nonce,
            item: detail.item.hash,
            itemName: detail.item.name,
            now: now,
            firstPoll: now + firstPoll
        )
        do throws(VisengineError) {
            let answer = try await client.place(placement)
            guard let order = answer.order else {
                throw VisengineError(.place, .unreadable("no order ID"), mayHaveSucceeded: true)
            }
            do {
                return try await ledger.placed(nonce, as: order, now: .now())
            } catch {
                Terminal.note(
                    "placed as \(order.id), but not recorded: \(error); its callback or the next poll will record it"
                )
                throw VisengineError(.place, .unreadable("the order was placed"), mayHaveSucceeded: true)
            }
        } catch {
            // An answer that was lost is no refusal: the order is looked for by its token.
            if !error.mayHaveSucceeded {
                try await ledger.placementRefused(nonce, reason: error.description, now: .now())
            } else {
                Terminal.note("recorded as \(nonce); `ricevuta serve` will find out whether the order exists")
            }
            throw error
        }
    }
}
