import ArgumentParser
import BaseKit
import CallbackJournal
import RicevutaConfiguration
import RicevutaCore
import Visengine

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

    @Option(
        name: .long,
        defaultAsFlag: WatchInterval.standard,
        help: """
            Show it again and again, this often: in place in a terminal, else one block (with --json one line) after \
            another. Ends with Ctrl-C, exit code 0.
            """
    )
    var watch: WatchInterval?

    func perform() async throws {
        let isJSON = output.json
        try await file.withLedger { ledger, configuration in
            guard let watch else {
                let report = try await Self.report(ledger, configuration, now: .now())
                isJSON ? Terminal.print(report.json) : Terminal.print(report.text)
                if report.needsCare { throw ExitStatus.failed.exit }
                return
            }
            try await Interruption.run {
                while true {
                    let now = Timestamp.now()
                    let report = try await Self.report(ledger, configuration, now: now)
                    if isJSON {
                        Terminal.print(json: report.json.encoded())
                    } else {
                        let care = report.needsCare ? "needs care" : "all is well"
                        Screen.show(report.text, below: "\(now.short)  \(care)")
                    }
                    try await Task.sleep(for: watch.interval)
                }
            }
        }
    }

    /// What there is to say at one moment.
    private struct Report {
        var text: String
        var json: JSONValue
        /// Whether somebody has to do something.
        var needsCare: Bool
    }

    private static func report(
        _ ledger: any LedgerStore,
        _ configuration: Configuration,
        now: Timestamp
    ) async throws -> Report {
        let summary = try await ledger.summary(now: now)
        let orders = try await OrderConcerns(ledger, configuration, now: now)
        let sinks = SinkStatus.all(configuration, summary.sinks)
        let journal = JournalFindings(at: DataDirectory(path: configuration.dataDirectory).journal)
        let (presence, limit) = (configuration.presence, configuration.dailyLimit)
        let sinkRows = sinks.compactMap { sink in sink.sentence(at: now).map { ["sink \(sink.name)", $0] } }
        let json = json(summary, limit, sinks.map { $0.json(at: now) }, ledger.engine, journal, presence)
        return Report(
            text: Listing.table(
                PresenceListing.rows(presence) + rows(summary, limit) + orders.rows(at: now) + sinkRows
                    + [["ledger", ledger.engine.description]] + rows(journal)
            ),
            json: .object(JSONObject((json.object?.members ?? []) + orders.json.members)),
            needsCare: PresenceListing.needsCare(presence) || summary.quarantined > 0 || summary.choicesNeeded > 0
                || summary.overdueDocuments > 0 || orders.lacksCredit || sinks.contains { $0.needsCare(at: now) }
                || (summary.deliveriesByState[DeliveryState.dead.rawValue] ?? 0) > 0
                || !journal.lines.isEmpty || journal.copies > 0 || journal.quarantined > 0
        )
    }

    private static func rows(_ summary: LedgerSummary, _ limit: Price?) -> [[String]] {
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
        let spent = summary.spentToday
        if limit != nil || spent.orders > 0 {
            let most = limit.map { " of \($0)" } ?? ""
            let unpriced = spent.unpriced == 0 ? "" : ", \(spent.unpriced) of unknown price"
            rows.insert(["spent today", "\(spent.total)\(most) EUR, orders: \(spent.orders)\(unpriced)"], at: 1)
        }
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
        _ limit: Price?,
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
            "spentToday": [
                "orders": JSONValue(summary.spentToday.orders), "total": summary.spentToday.total.json,
                "unpriced": JSONValue(summary.spentToday.unpriced), "limit": limit?.json ?? .null,
            ],
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
