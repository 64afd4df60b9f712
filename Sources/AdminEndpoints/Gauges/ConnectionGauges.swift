import BaseKit
import HTTPListener
import MetricsExporter

/// What the listener for callbacks has to do with, connection by connection.
enum ConnectionGauges {
    static func write(_ statistics: ListenerStatistics, to text: inout PrometheusText) {
        text.family("ricevuta_connections", .gauge, help: "Open connections to the callback listener.")
        text.sample("ricevuta_connections", [], Double(statistics.open))
        text.family(
            "ricevuta_connections_without_head",
            .gauge,
            help: "Open connections without a request: idle, or with incomplete request headers."
        )
        text.sample("ricevuta_connections_without_head", [], Double(statistics.withoutHead))
        text.family("ricevuta_connections_accepted_total", .counter, help: "Connections accepted.")
        text.sample("ricevuta_connections_accepted_total", [], Double(statistics.accepted))
        let closed = "ricevuta_connections_closed_total"
        text.family(closed, .counter, help: "Connections closed by the listener, by reason.")
        for (reason, count) in [
            ("crowded", statistics.overConnectionLimit), ("address_limit", statistics.overAddressLimit),
            ("head_deadline", statistics.lateHeads), ("request_deadline", statistics.lateRequests),
        ] {
            text.sample(closed, [("reason", reason)], Double(count))
        }
    }
}
