import BaseKit
import CoreMetrics
import Metrics
import RicevutaCore

/// What is measured of each sink.
enum SinkMeters {
    /// Makes the series of a sink, so that each is there before it is needed.
    static func start(_ sink: SinkName) {
        for outcome in JobMeters.Outcome.allCases where outcome.kinds.contains(.deliver) {
            JobMeters.counter(.deliver, outcome, sink: sink).increment(by: 0)
        }
        for outcome in AttemptEntry.Outcome.allCases { counter(outcome, status(of: outcome), sink).increment(by: 0) }
        _ = Timer(.deliveryDuration, [("sink", sink.rawValue)])
    }

    /// Notes whether the running process has told that a sink fails.
    static func set(isFailing: Bool, _ sink: SinkName) {
        Gauge(.sinkFailing, [("sink", sink.rawValue)]).record(isFailing ? 1 : 0)
    }

    /// Counts what came of a delivery's attempt.
    static func count(_ outcome: JobMeters.Outcome, _ sink: SinkName) {
        JobMeters.counter(.deliver, outcome, sink: sink).increment()
    }

    /// Counts one attempt by how it ended and by the class of the answer's status, such as `5xx`, and records how long
    /// it took.
    static func count(_ attempt: AttemptEntry, _ sink: SinkName) {
        Timer(.deliveryDuration, [("sink", sink.rawValue)]).record(attempt.duration)
        counter(attempt.outcome, attempt.status.map { "\($0 / 100)xx" } ?? "none", sink).increment()
    }

    private static func counter(_ outcome: AttemptEntry.Outcome, _ status: String, _ sink: SinkName) -> Counter {
        Counter(.deliveryAttempts, [("outcome", outcome.rawValue), ("sink", sink.rawValue), ("status", status)])
    }

    /// The class that an outcome usually comes with.
    private static func status(of outcome: AttemptEntry.Outcome) -> String {
        switch outcome {
        case .accepted: "2xx"
        case .failed: "5xx"
        case .refused, .gone: "4xx"
        case .unreadable: "none"
        }
    }
}
