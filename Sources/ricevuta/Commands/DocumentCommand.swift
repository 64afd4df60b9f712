public import ArgumentParser
import BaseKit
import RicevutaConfiguration
public import RicevutaCore
import Visengine

/// The command `ricevuta document`.
struct DocumentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "document",
        abstract: "List documents, copy one out of the archive, fetch one again, or look at those that failed a check.",
        subcommands: [Fetch.self, Get.self, List.self, Quarantine.self]
    )

    struct List: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "List archived and quarantined documents, newest first."
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption
        @OptionGroup var size: LimitOption
        @OptionGroup var time: SinceOption

        @Option(help: "Only documents of this order.", completion: Completions.orders)
        var order: String?

        @Option(
            help: "Only documents of orders of this item: its hash, or a part of its name.",
            completion: Completions.items
        )
        var item: String?

        @OptionGroup var caller: ReferenceFilterOption

        @Option(help: "Only documents behind this place, which the page before says: the next page of a list.")
        var before: DocumentQuery.Place?

        func perform() async throws {
            let query = DocumentQuery(
                item: item,
                reference: caller.reference,
                since: time.since,
                before: before,
                limit: size.limit + 1
            )
            let found = try await file.withLedger { [query] ledger, _ in
                var query = query
                if let order { query.orderKey = try await ledger.requireOrder(order).key }
                return try await ledger.documents(query)
            }
            let entries = found.prefix(size.limit)
            Listing(
                empty: "No documents.",
                columns: ["ORDER", "KIND", "BYTES", "RECORDED", "CONTENT"],
                rows: entries.map(\.row),
                json: .array(entries.map(\.json))
            ).print(asJSON: output.json)
            if found.count > entries.count, let last = entries.last {
                let place = DocumentQuery.Place(of: last)
                Terminal.note("there are more: add `--before \(place)` or a greater --limit")
            }
        }
    }
}

extension DocumentCommand {
    struct Fetch: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fetch an order's document again, including one that was given up.",
            discussion: """
                A running service fetches it within seconds, otherwise the next one does. A document given up because \
                it is larger than archive.maxDocumentBytes needs --max-bytes; that limit applies to this order only.
                """
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption

        @Argument(help: OrderCommand.nameHelp, completion: Completions.orders)
        var order: String

        @Option(
            help: "Size limit for this document, such as 4GiB.",
            transform: { text in
                guard let size = Quantity.size(text), size > 0 else {
                    throw ValidationError("--max-bytes must be a size, such as 4GiB or 500MiB.")
                }
                return size
            }
        )
        var maxBytes: Int64?

        func perform() async throws {
            let (record, isServed) = try await file.withLedger(.operate) { ledger, _ in
                let record = try await ledger.fetchAgain(order, maxBytes: maxBytes, now: .now())
                return (record, try await ledger.isServed(now: .now()))
            }
            if output.json {
                return Terminal.print([
                    "order": .string(record.name), "maxBytes": maxBytes.map { JSONValue($0) } ?? .null,
                    "isServiceRunning": .bool(isServed),
                ])
            }
            let limit = maxBytes.map { " (limit \(Quantity.text(size: $0)))" } ?? ""
            Terminal.print("the document of order \(record.name) is queued for fetching\(limit)")
            if !isServed { Terminal.noteThatNothingServes() }
        }
    }
}

extension DocumentQuery.Place: ExpressibleByArgument {}

extension DocumentEntry {
    var row: [String] {
        [
            orderID?.rawValue ?? String(orderKey), document?.kind.rawValue ?? "quarantined",
            String(document?.size ?? quarantined?.size ?? 0), recordedAt.short,
            document?.sha256 ?? quarantined?.reason ?? "-",
        ]
    }

    var json: JSONValue {
        [
            "order": JSONValue(orderID?.rawValue), "number": JSONValue(orderKey),
            "kind": JSONValue(document?.kind.rawValue), "sha256": JSONValue(document?.sha256),
            "bytes": JSONValue(document?.size ?? quarantined?.size ?? 0),
            "quarantineReason": JSONValue(quarantined?.reason), "recordedAt": .string(recordedAt.description),
        ]
    }
}
