import CoreMetrics
public import Logging
import Metrics
public import RicevutaCore

/// Counts and logs what an operator should look into.
public enum Alarms {
    /// Makes the counter of each kind, so that the first alarm of a kind is seen as an increase.
    static func start() {
        for kind in AlarmKind.allCases { counter(of: kind).increment(by: 0) }
    }

    /// Counts an alarm and writes its line, with the kind as the field `alarm`.
    ///
    /// - Parameters:
    ///   - kind: The kind.
    ///   - message: What the line says; what the kind means where there is none.
    ///   - metadata: Further fields, without secrets or personal data.
    ///   - logger: Gets the line.
    public static func raise(
        _ kind: AlarmKind,
        _ message: Logger.Message? = nil,
        _ metadata: Logger.Metadata = [:],
        to logger: Logger
    ) {
        count(kind)
        write(kind, message, metadata, to: logger)
    }

    /// Writes an alarm's line, which is counted already.
    static func write(
        _ kind: AlarmKind,
        _ message: Logger.Message? = nil,
        _ metadata: Logger.Metadata = [:],
        to logger: Logger
    ) {
        var metadata = metadata
        metadata["alarm"] = "\(kind.rawValue)"
        let level: Logger.Level =
            switch kind.severity {
            case .warning: .warning
            case .error: .error
            }
        logger.log(level: level, message ?? sentence(kind), metadata: metadata)
    }

    /// Counts alarms whose log lines are rate limited by the caller.
    static func count(_ kind: AlarmKind, by number: Int = 1) { counter(of: kind).increment(by: number) }

    private static func counter(of kind: AlarmKind) -> Counter {
        Counter(.alarms, [("kind", kind.rawValue)])
    }

    /// The log line of an alarm whose place says no more than the kind.
    private static func sentence(_ kind: AlarmKind) -> Logger.Message { "\(kind.meaning)" }
}
