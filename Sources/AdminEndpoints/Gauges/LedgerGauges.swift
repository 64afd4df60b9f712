import BaseKit
import MetricsExporter
import RicevutaCore

/// What the ledger holds, as gauges: true after a restart, where counters begin anew.
enum LedgerGauges {
    static func write(_ summary: LedgerSummary, now: Timestamp, to text: inout PrometheusText) {
        func single(_ name: String, _ help: String, _ value: Int) {
            text.family(name, .gauge, help: help)
            text.sample(name, [], Double(value))
        }
        single("ricevuta_ledger_callbacks", "Callbacks in the ledger, without duplicates.", summary.callbacks)
        single("ricevuta_ledger_documents", "Orders whose document is in the archive.", summary.documents)
        single(
            "ricevuta_ledger_choices_needed",
            "Orders that wait until somebody chooses a search's result.",
            summary.choicesNeeded
        )
        single("ricevuta_ledger_late_orders", "Orders past their promised time.", summary.lateOrders)
        single(
            "ricevuta_ledger_overdue_documents",
            "Documents that have been available for an hour or longer and failed to be fetched.",
            summary.overdueDocuments
        )
        single("ricevuta_ledger_quarantined", "Quarantined documents.", summary.quarantined)
        family(
            "ricevuta_ledger_callbacks_by_verdict",
            "Callbacks in the ledger by verdict.",
            "verdict",
            summary.callbacksByVerdict,
            to: &text
        )
        // What the provider calls a state that this version does not know is its own choice, so all count as one.
        let states = Dictionary(
            summary.ordersByState.map { ($0.key.hasPrefix("unknown:") ? "unknown" : $0.key, $0.value) },
            uniquingKeysWith: +
        )
        family("ricevuta_ledger_orders", "Orders by confirmed state.", "state", states, to: &text)
        family(
            "ricevuta_ledger_deliveries",
            "Deliveries by state.",
            "state",
            summary.deliveriesByState,
            to: &text
        )
        family("ricevuta_ledger_jobs", "Open jobs by kind.", "kind", summary.jobsByKind, to: &text)
        family(
            "ricevuta_ledger_oldest_due_seconds",
            "Age of the oldest overdue job by kind, in seconds.",
            "kind",
            summary.oldestDueMilliseconds.mapValues { Double($0) / 1000 },
            to: &text
        )
        write(summary.sinks, now: now, to: &text)
    }

    /// What waits for each sink; every sink has every gauge, so that an alert rule needs no special case.
    private static func write(
        _ sinks: [SinkName: SinkSummary],
        now: Timestamp,
        to text: inout PrometheusText
    ) {
        func each(_ name: String, _ help: String, _ value: (SinkSummary) -> Double) {
            let values = sinks.map { ($0.key.rawValue, value($0.value)) }
            family(name, help, "sink", Dictionary(values) { first, _ in first }, to: &text)
        }
        each("ricevuta_sink_pending", "Deliveries that wait for the sink.") { Double($0.waiting) }
        each("ricevuta_sink_retrying", "Waiting deliveries that have failed at least once.") { Double($0.retrying) }
        each("ricevuta_sink_oldest_pending_seconds", "Age of the oldest waiting delivery, in seconds; 0 without one.") {
            summary in
            summary.oldestWaiting.map { max(0, Double((now - $0).wholeMilliseconds) / 1000) } ?? 0
        }
        each("ricevuta_sink_dead_letters", "Open dead letters of the sink.") { Double($0.dead) }
        each("ricevuta_sink_disabled", "1 if the sink answered 410 and was not enabled since, else 0.") {
            $0.disabled == nil ? 0 : 1
        }
        each("ricevuta_sink_paused", "1 if an operator paused the sink, else 0.") { $0.paused == nil ? 0 : 1 }
    }

    /// What stores it: always 1; the labels say what.
    static func write(_ engine: LedgerEngine, to text: inout PrometheusText) {
        let labels = [("engine", engine.name), ("version", engine.version)]
        text.family("ricevuta_ledger_info", .gauge, help: "Storage engine of the ledger: name, version, known defects.")
        text.sample("ricevuta_ledger_info", labels + engine.labels.sorted { $0.key < $1.key }, 1)
    }

    private static func family(
        _ name: String,
        _ help: String,
        _ label: String,
        _ values: [String: Int],
        to text: inout PrometheusText
    ) {
        family(name, help, label, values.mapValues(Double.init), to: &text)
    }

    private static func family(
        _ name: String,
        _ help: String,
        _ label: String,
        _ values: [String: Double],
        to text: inout PrometheusText
    ) {
        guard !values.isEmpty else { return }
        text.family(name, .gauge, help: help)
        for (key, value) in values.sorted(by: { $0.key < $1.key }) { text.sample(name, [(label, key)], value) }
    }
}
