import BaseKit
import MetricsExporter
import RicevutaCore

/// What the ledger holds, as gauges: true after a restart, where counters begin anew.
enum LedgerGauges {
    static func write(_ summary: LedgerSummary, now: Timestamp, to text: inout PrometheusText) {
        text.single(.ledgerCallbacks, summary.callbacks)
        text.single(.ledgerDocuments, summary.documents)
        text.single(.ledgerChoicesNeeded, summary.choicesNeeded)
        text.single(.ledgerLateOrders, summary.lateOrders)
        text.single(.ledgerOverdueDocuments, summary.overdueDocuments)
        text.single(.ledgerOldestOpenOrder, age(of: summary.oldestOpenOrder, at: now))
        text.single(.ledgerQuarantined, summary.quarantined)
        text.family(.ledgerCallbacksByVerdict, summary.callbacksByVerdict)
        // What the provider calls a state that this version does not know is its own choice, so all count as one.
        let states = Dictionary(
            summary.ordersByState.map { ($0.key.hasPrefix("unknown:") ? "unknown" : $0.key, $0.value) },
            uniquingKeysWith: +
        )
        text.family(.ledgerOrders, states)
        text.family(.ledgerDeliveries, summary.deliveriesByState)
        text.family(.ledgerJobs, summary.jobsByKind)
        text.family(.ledgerOldestDue, summary.oldestDueMilliseconds.mapValues { Double($0) / 1000 })
        write(summary.sinks, now: now, to: &text)
    }

    /// What waits for each sink; every sink has every gauge, so that an alert rule needs no special case.
    private static func write(
        _ sinks: [SinkName: SinkSummary],
        now: Timestamp,
        to text: inout PrometheusText
    ) {
        func each(_ metric: MetricName, _ value: (SinkSummary) -> Double) {
            let values = sinks.map { ($0.key.rawValue, value($0.value)) }
            text.family(metric, Dictionary(values) { first, _ in first })
        }
        each(.sinkPending) { Double($0.waiting) }
        each(.sinkRetrying) { Double($0.retrying) }
        each(.sinkOldestPending) { age(of: $0.oldestWaiting, at: now) }
        each(.sinkDeadLetters) { Double($0.dead) }
        each(.sinkOldestDeadLetter) { age(of: $0.oldestDead, at: now) }
        each(.sinkDisabled) { $0.disabled == nil ? 0 : 1 }
        each(.sinkPaused) { $0.paused == nil ? 0 : 1 }
    }

    /// What stores it: always 1; the labels say what.
    static func write(_ engine: LedgerEngine, to text: inout PrometheusText) {
        let labels = [("engine", engine.name), ("version", engine.version)]
        text.single(.ledgerInfo, 1, labels + engine.labels.sorted { $0.key < $1.key })
    }

    /// In seconds; 0 for nothing.
    private static func age(of time: Timestamp?, at now: Timestamp) -> Double {
        time.map { max(0, Double((now - $0).wholeMilliseconds) / 1000) } ?? 0
    }
}
