import MetricsExporter
import RicevutaCore

/// What the providers' APIs are like.
enum ProviderGauges {
    static func write(_ conditions: [ProviderCondition], openCircuits: Set<String>, to text: inout PrometheusText) {
        let failing = "ricevuta_provider_failing"
        text.family(failing, .gauge, help: "1 if calls of this kind fail in a row, else 0; see the log for the reason.")
        for operation in ProviderOperation.allCases {
            let isFailing = conditions.contains { $0.operation == operation }
            text.sample(failing, [("operation", operation.rawValue)], isFailing ? 1 : 0)
        }
        let circuit = "ricevuta_provider_circuit_open"
        text.family(circuit, .gauge, help: "1 if the circuit breaker of this operation is open, else 0.")
        for operation in ProviderOperation.allCases {
            let isOpen = openCircuits.contains(operation.rawValue)
            text.sample(circuit, [("operation", operation.rawValue)], isOpen ? 1 : 0)
        }
    }
}
