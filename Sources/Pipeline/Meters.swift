import BaseKit
import CoreMetrics
import Metrics
import RicevutaCore
import Visengine

/// What is measured through swift-metrics, as far as it is known before it happens.
public enum FlowMetrics {
    /// Makes the series whose labels are known, so that the first event of each is seen as an increase.
    ///
    /// - Parameter calls: The names of the provider's calls.
    public static func start(calls: [String]) {
        Alarms.start()
        _ = IntakeMeters()
        JobMeters.start()
        RetentionMeters.start()
        ProviderMeters.start(calls)
    }
}

/// Counts what retention removes.
enum RetentionMeters {
    static func start() {
        for rule in RetentionRule.allCases { count(0, rule) }
    }

    static func count(_ count: Int, _ rule: RetentionRule) {
        Counter(.removed, [("what", rule.rawValue)]).increment(by: count)
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

    private let undecodable = Counter(.callbacks, [("outcome", "undecodable")])
    private let accepted = Counter(.callbacks, [("outcome", "accepted")])
    private let duplicate = Counter(.callbacks, [("outcome", "duplicate")])
    private let overloaded = Counter(.callbacks, [("outcome", "overloaded")])
    private let failed = Counter(.callbacks, [("outcome", "failed")])
    private let timedOut = Counter(.callbacks, [("outcome", "timed_out")])
    private let refusals = Refusal.allCases.map { Counter(.refusals, [("reason", $0.rawValue)]) }
    private let acknowledgement = Timer(.acknowledgement)
    private let last = Gauge(.lastCallback)

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

    /// Records how long a callback waited for its answer.
    func answered(since start: ContinuousClock.Instant) { acknowledgement.record(start.duration(to: .now)) }

    /// Notes that callbacks were taken.
    func took(at now: Timestamp) { last.record(Double(now.milliseconds) / 1000) }

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

/// The journal's metrics, handed to it when it is opened.
public struct JournalMeters: Sendable {
    private let syncs = Timer(.journalSyncDuration)

    /// Makes the histogram.
    public init() {}

    /// Records one write with its sync.
    public func wrote(_ duration: Duration) { syncs.record(duration) }
}

/// Counters of what the provider's API is asked.
public enum ProviderMeters {
    fileprivate static func start(_ calls: [String]) {
        for call in calls {
            counter(call, "ok").increment(by: 0)
            _ = Timer(.providerCallDuration, [("call", call)])
        }
    }

    /// Counts one attempt at a call.
    ///
    /// - Parameters:
    ///   - call: The call's fixed name.
    ///   - outcome: `ok`, or the failure's fixed name.
    ///   - duration: How long it took.
    public static func count(_ call: String, _ outcome: String, _ duration: Duration) {
        counter(call, outcome).increment()
        Timer(.providerCallDuration, [("call", call)]).record(duration)
    }

    private static func counter(_ call: String, _ outcome: String) -> Counter {
        Counter(.providerCalls, [("call", call), ("outcome", outcome)])
    }
}

/// Counters of what the services do.
enum JobMeters {
    /// What can come of a job.
    enum Outcome: String, CaseIterable {
        case changed, unchanged, rejected, ended
        case stored, quarantined, damaged
        case notYet = "not_yet"
        case tooLarge = "too_large"
        case failed
        case delivered, retried, dead, refused

        /// The jobs that can come to it.
        var kinds: [JobKind] {
            switch self {
            case .changed, .unchanged, .rejected, .ended: [.verify]
            case .stored, .quarantined, .damaged, .notYet, .tooLarge: [.fetch]
            case .failed: [.verify, .fetch]
            case .delivered, .retried, .dead, .refused: [.deliver]
            }
        }
    }

    static func start() {
        for kind in JobKind.allCases { _ = Timer(.jobDuration, [("kind", kind.rawValue)]) }
        for outcome in Outcome.allCases {
            // Deliveries have their sink as a label, too: see ``SinkMeters``.
            for kind in outcome.kinds where kind != .deliver { counter(kind, outcome).increment(by: 0) }
        }
        countBytes(0)
        _ = Timer(.orderDuration)
    }

    static func countBytes(_ bytes: Int64) { Counter(.documentBytes).increment(by: bytes) }

    /// Records how long an order took from its placing to its document.
    static func documentCame(after duration: Duration) { Timer(.orderDuration).record(duration) }

    /// Does one attempt and records how long it took.
    static func time(_ kind: JobKind, _ attempt: () async -> Void) async {
        let start = ContinuousClock.now
        await attempt()
        Timer(.jobDuration, [("kind", kind.rawValue)]).record(start.duration(to: .now))
    }

    static func count(_ kind: JobKind, _ outcome: Outcome) { counter(kind, outcome).increment() }

    static func counter(_ kind: JobKind, _ outcome: Outcome, sink: SinkName? = nil) -> Counter {
        let labels = [("kind", kind.rawValue), ("outcome", outcome.rawValue)]
        return Counter(.jobs, labels + (sink.map { [("sink", $0.rawValue)] } ?? []))
    }
}
