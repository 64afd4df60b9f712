import BaseKit
import MetricsExporter

/// Which configuration is in use, so that a rollout can be seen to have arrived.
enum ConfigurationGauges {
    static func write(_ status: ConfigurationStatus, to text: inout PrometheusText) {
        let info = "ricevuta_configuration_info"
        text.family(info, .gauge, help: "Configuration in use: fingerprint of its file (SHA-256, first 12 digits).")
        text.sample(info, [("fingerprint", status.fingerprint)], 1)
        func gauge(_ name: String, _ help: String, _ value: Double) {
            text.family(name, .gauge, help: help)
            text.sample(name, [], value)
        }
        gauge(
            "ricevuta_configuration_generation",
            "1 at startup, one more with each reload of the configuration.",
            Double(status.generation)
        )
        gauge(
            "ricevuta_configuration_loaded_timestamp_seconds",
            "When the configuration in use was loaded, in seconds since 1970.",
            Double(status.since.milliseconds) / 1000
        )
        gauge(
            "ricevuta_configuration_last_reload_successful",
            "1 if the last reload was accepted, 0 if the file was refused and the old configuration is in use.",
            status.isLastReloadRefused ? 0 : 1
        )
    }
}
