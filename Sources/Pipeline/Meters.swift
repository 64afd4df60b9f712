import BaseKit
import CoreMetrics
import Logging
import Metrics
import RicevutaCore
import Visengine

/// Every metric's name, in one place.
///
/// Labels never hold an id, an address or anything else that a peer chooses.
enum MetricName {
    static let callbacks = "ricevuta_callbacks_total"
    static let refusals = "ricevuta_refusals_total"
    static let alarms = "ricevuta_alarms_total"
    static let jobs = "ricevuta_jobs_total"
    static let documentBytes = "ricevuta_document_bytes_total"
    static let removed = "ricevuta_removed_total"
    static let jobDuration = "ricevuta_job_duration_seconds"
    static let deliveryAttempts = "ricevuta_delivery_attempts_total"
    static let deliveryDuration = "ricevuta_delivery_attempt_duration_seconds"
    static let sinkFailing = "ricevuta_sink_failing"
    static let providerCalls = "ricevuta_provider_calls_total"
    static let providerCallDuration = "ricevuta_provider_call_duration_seconds"
}

/// What each metric says, for the backend that exports them.
public enum FlowMetrics {
    /// A sentence for each metric's name.
    public static let help = [
        MetricName.callbacks:
            "Authenticated callbacks by outcome; undecodable ones with a valid token are accepted, too.",
        MetricName.refusals: "Callback requests rejected before storing, by reason.",
        MetricName.alarms: "Alarms by kind: what an operator should look into.",
        MetricName.jobs: "Job attempts by kind and outcome.",
        MetricName.documentBytes: "Bytes of archived documents.",
        MetricName.removed: "Expired entries removed from the ledger, by kind.",
        MetricName.jobDuration: "Duration of job attempts by kind, in seconds.",
        MetricName.deliveryAttempts: "Delivery attempts by sink, outcome and class of the answer's HTTP status.",
        MetricName.deliveryDuration: "Duration of delivery attempts by sink, in seconds.",
        MetricName.sinkFailing: "1 while the sink's attempts have been failing in a row, else 0.",
        MetricName.providerCalls: "Attempts at calls to the provider by call and outcome (ok, refused_STATUS, …).",
        MetricName.providerCallDuration: "Duration of attempts at calls to the provider by call, in seconds.",
    ]
}

/// Counts what retention removes.
enum RetentionMeters {
    static func count(_ count: Int, _ rule: RetentionRule) {
        Counter(label: MetricName.removed, dimensions: [("what", rule.rawValue)]).increment(by: count)
    }
}

/// Counters of the way in, made once: looking one up for each callback would cost more than counting.
struct IntakeMeters: Sendable {
    enum Refusal: String, CaseIterable {
        case badToken = "bad_token"
        case unknownKey = "unknown_key"
        case network
        case certificate
        case credentials
        case limited
    }

    private let undecodable = Counter(label: MetricName.callbacks, dimensions: [("outcome", "undecodable")])
    private let accepted = Counter(label: MetricName.callbacks, dimensions: [("outcome", "accepted")])
    private let duplicate = Counter(label: MetricName.callbacks, dimensions: [("outcome", "duplicate")])
    private let overloaded = Counter(label: MetricName.callbacks, dimensions: [("outcome", "overloaded")])
    private let failed = Counter(label: MetricName.callbacks, dimensions: [("outcome", "failed")])
    private let timedOut = Counter(label: MetricName.callbacks, dimensions: [("outcome", "timed_out")])
    private let refusals = Refusal.allCases.map {
        Counter(label: MetricName.refusals, dimensions: [("reason", $0.rawValue)])
    }

    func count(_ outcome: JournalOutcome, isUndecodable: Bool = false) {
        switch outcome {
        case .accepted where isUndecodable, .duplicate where isUndecodable: undecodable.increment()
        case .accepted: accepted.increment()
        case .duplicate: duplicate.increment()
        case .overloaded: overloaded.increment()
        case .timedOut: timedOut.increment()
        case .failed: failed.increment()
        }
    }

    func countUndecodable() { undecodable.increment() }

    func refused(_ reason: Refusal) {
        for (index, each) in Refusal.allCases.enumerated() where each == reason { refusals[index].increment() }
    }

    static func name(of outcome: JournalOutcome) -> String {
        switch outcome {
        case .accepted: "accepted"
        case .duplicate: "duplicate"
        case .overloaded: "overloaded"
        case .timedOut: "timed_out"
        case .failed: "failed"
        }
    }
}

/// Counters of what the provider's API is asked.
public enum ProviderMeters {
    /// Counts one attempt at a call.
    ///
    /// - Parameters:
    ///   - call: The call's fixed name.
    ///   - outcome: `ok`, or the failure's fixed name.
    ///   - duration: How long it took.
    public static func count(_ call: String, _ outcome: String, _ duration: Duration) {
        Counter(label: MetricName.providerCalls, dimensions: [("call", call), ("outcome", outcome)]).increment()
        Timer(label: MetricName.providerCallDuration, dimensions: [("call", call)])
            .recordMilliseconds(duration.wholeMilliseconds)
    }
}

/// Counters of what the services do.
enum JobMeters {
    static func countBytes(_ bytes: Int64) { Counter(label: MetricName.documentBytes).increment(by: bytes) }

    /// Does one attempt and records how long it took.
    static func time(_ kind: JobKind, _ attempt: () async -> Void) async {
        let start = ContinuousClock.now
        await attempt()
        Timer(label: MetricName.jobDuration, dimensions: [("kind", kind.rawValue)])
            .recordMilliseconds((ContinuousClock.now - start).wholeMilliseconds)
    }

    static func count(_ kind: JobKind, _ outcome: String) {
        Counter(label: MetricName.jobs, dimensions: [("kind", kind.rawValue), ("outcome", outcome)]).increment()
    }

    static func count(_ kind: JobKind, _ outcome: String, sink: SinkName) {
        Counter(
            label: MetricName.jobs,
            dimensions: [("kind", kind.rawValue), ("outcome", outcome), ("sink", sink.rawValue)]
        ).increment()
    }
}
