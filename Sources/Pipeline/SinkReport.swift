public import Logging
public import RicevutaCore

/// Tells of deliveries that nobody would ever attempt.
public enum SinkReport {
    /// Tells of each sink for which deliveries wait and which is not configured: it was renamed, or removed too early.
    ///
    /// - Parameters:
    ///   - sinks: What the ledger knows of sinks.
    ///   - configured: The sinks that there are.
    ///   - logger: Gets a line for each sink that is missing.
    public static func report(
        _ sinks: [SinkName: SinkSummary],
        configured: Set<SinkName>,
        logger: Logger
    ) {
        for (name, summary) in missing(sinks, configured: configured) {
            Alarms.raise(
                .sinkMissing,
                "Deliveries wait for a sink that is not configured",
                [
                    "sink": "\(name)", "waiting": .stringConvertible(summary.waiting),
                    "next": "ricevuta sink move \(name) TO, or ricevuta sink drop \(name)",
                ],
                to: logger
            )
        }
    }

    /// The sinks for which deliveries wait and which are not configured, by name.
    public static func missing(
        _ sinks: [SinkName: SinkSummary],
        configured: Set<SinkName>
    ) -> [(name: SinkName, summary: SinkSummary)] {
        sinks.filter { $0.value.waiting > 0 && !configured.contains($0.key) }
            .sorted { $0.key.rawValue < $1.key.rawValue }
            .map { ($0.key, $0.value) }
    }
}
