import BaseKit
import MetricsExporter
import RicevutaCore

/// Which configuration is in use, so that a rollout can be seen to have arrived.
enum ConfigurationGauges {
    static func write(_ status: ConfigurationStatus, to text: inout PrometheusText) {
        text.single(.configurationInfo, 1, [("fingerprint", status.fingerprint)])
        text.single(.configurationGeneration, status.generation)
        text.single(.configurationLoaded, Double(status.since.milliseconds) / 1000)
        text.single(.configurationReload, status.isLastReloadRefused ? 0 : 1)
    }
}
