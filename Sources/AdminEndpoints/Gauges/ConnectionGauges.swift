import BaseKit
import HTTPListener
import MetricsExporter
import RicevutaCore

/// What the listener for callbacks has to do with, connection by connection.
enum ConnectionGauges {
    static func write(_ statistics: ListenerStatistics, to text: inout PrometheusText) {
        text.single(.connections, statistics.open)
        text.single(.connectionsWithoutHead, statistics.withoutHead)
        text.single(.connectionsAccepted, statistics.accepted)
        text.family(
            .connectionsClosed,
            [
                "crowded": statistics.overConnectionLimit, "address_limit": statistics.overAddressLimit,
                "head_deadline": statistics.lateHeads, "request_deadline": statistics.lateRequests,
            ]
        )
    }
}
