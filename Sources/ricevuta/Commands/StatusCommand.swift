import ArgumentParser
import BaseKit
import CallbackJournal
import RicevutaConfiguration
import RicevutaCore

/// The command `ricevuta status`.
struct StatusCommand: RicevutaCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show a summary of the ledger and of what is overdue.",
        discussion: """
            Exits 1 if `serve` does not run or is not ready, if its last reload failed, if the provider's calls fail, \
            if there are orders that wait for a choice, documents that are overdue, dead letters, quarantined \
            documents or quarantined callbacks, sinks that fail, are disabled or not configured while deliveries wait \
            for them, if the last order placed was rejected for want of credit, or if the last start of `serve` found \
            damage in the journal.
            """
    )

    @OptionGroup var file: ConfigurationOption
    @OptionGroup var output: OutputOption

    func perform() async throws {
        let now = Timestamp.now()
        let (summary, sinks, engine, journal, presence, orders) = try await file.withLedger { ledger, configuration in
            let summary = try await ledger.summary(now: now)
            return (
                summary, SinkStatus.all(configuration, summary.sinks), ledger.engine,
                JournalFindings(at: DataDirectory(path: configuration.dataDirectory).journal), configuration.presence,
                try await OrderConcerns(ledger, configuration, now: now)
            )
        }
        if output.json {
            let json = Self.json(summary, sinks.map { $0.json(at: now) }, engine, journal, presence)
            Terminal.print(.object(JSONObject((json.object?.members ?? []) + orders.json.members)))
        } else {
            let sinkRows = sinks.compactMap { sink in sink.sentence(at: now).map { ["sink \(sink.name)", $0] } }
            Terminal.print(
                Listing.table(
                    PresenceListing.rows(presence) + Self.rows(summary) + orders.rows(at: now) + sinkRows
                        + [["ledger", engine.description]] + Self.rows(journal)
                )
            )
        }
        let needsCare =
            PresenceListing.needsCare(presence) || summary.quarantined > 0 || summary.choicesNeeded > 0
            || summary.overdueDocuments > 0 || orders.lacksCredit || sinks.contains { $0.needsCare(at: now) }
            || (summary.deliveriesByState[DeliveryState.dead.rawValue] ?? 0) > 0
            || !journal.lines.isEmpty || journal.copies > 0 || journal.quarantined > 0
        if needsCare { throw ExitStatus.failed.exit }
    }

    private static func rows(_ summary: LedgerSummary) -> [[String]] {
        func counts(_ values: [String: Int]) -> String {
            values.isEmpty
                ? "none" : values.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        }
        let dead = summary.deliveriesByState[DeliveryState.dead.rawValue] ?? 0
        var rows = [
            ["orders", counts(summary.ordersByState)],
            ["callbacks", counts(summary.callbacksByVerdict)],
            ["documents", String(summary.documents)],
            [
                "quarantined documents",
                "\(summary.quarantined)" + (summary.quarantined > 0 ? "; `ricevuta document quarantine list`" : ""),
            ],
            ["deliveries", counts(summary.deliveriesByState) + (dead > 0 ? "; `ricevuta dead-letter list`" : "")],
            ["open jobs", counts(summary.jobsByKind)],
        ]
        if summary.choicesNeeded > 0 {
            rows.insert(["waiting for a choice", "orders: \(summary.choicesNeeded)"], at: 1)
        }
        if summary.overdueDocuments > 0 {
            rows.insert(["overdue documents", "orders: \(summary.overdueDocuments)"], at: 1)
        }
        if summary.lateOrders > 0 { rows.insert(["late", "orders: \(summary.lateOrders)"], at: 1) }
        for (kind, late) in summary.oldestDueMilliseconds.sorted(by: { $0.key < $1.key }) where late > 1000 {
            rows.append(["overdue", "oldest \(kind) job: \(late / 1000) s"])
        }
        return rows
    }

    private static func rows(_ journal: JournalFindings) -> [[String]] {
        var rows = journal.lines.map { ["journal", $0] }
        if journal.copies > 0 {
            let copies = "\(journal.copies) copies of damaged records (damaged-*); remove them once reviewed"
            rows.append(["journal", copies])
        }
        if journal.quarantined > 0 {
            rows.append([
                "journal", "\(journal.quarantined) quarantined callbacks that the ledger rejected (quarantined-*)",
            ])
        }
        return rows
    }

    private static func json(
        _ summary: LedgerSummary,
        _ sinks: [JSONValue],
        _ engine: LedgerEngine,
        _ journal: JournalFindings,
        _ presence: ReceiverPresence
    ) -> JSONValue {
        func object(_ values: [String: Int]) -> JSONValue {
            .object(JSONObject(values.sorted { $0.key < $1.key }.map { .init($0.key, JSONValue($0.value)) }))
        }
        return [
            "receiver": PresenceListing.json(presence),
            "orders": object(summary.ordersByState), "callbacks": object(summary.callbacksByVerdict),
            "choicesNeeded": JSONValue(summary.choicesNeeded), "lateOrders": JSONValue(summary.lateOrders),
            "overdueDocuments": JSONValue(summary.overdueDocuments),
            "documents": JSONValue(summary.documents), "quarantined": JSONValue(summary.quarantined),
            "deliveries": object(summary.deliveriesByState), "jobs": object(summary.jobsByKind),
            "oldestDueMilliseconds": object(summary.oldestDueMilliseconds.mapValues { Int($0) }),
            "journal": [
                "findings": .array(journal.lines.map { .string($0) }), "damagedCopies": JSONValue(journal.copies),
                "quarantined": JSONValue(journal.quarantined),
            ],
            "ledger": .object(
                JSONObject(
                    [.init("engine", .string(engine.name)), .init("version", .string(engine.version))]
                        + engine.labels.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }
                )
            ),
            "sinks": .array(sinks),
        ]
    }
}
