import MetricsExporter
import RicevutaCore

/// What the providers' APIs are like.
enum ProviderGauges {
    static func write(_ conditions: [ProviderCondition], openCircuits: Set<String>, to text: inout PrometheusText) {
        text.family(.providerFailing, Dictionary(conditions.map { ($0.operation.rawValue, 1.0) }) { first, _ in first })
        let operations = Set(ProviderOperation.allCases.map(\.rawValue))
        text.family(
            .providerCircuitOpen,
            Dictionary(openCircuits.intersection(operations).map { ($0, 1.0) }) { first, _ in first }
        )
    }
}
