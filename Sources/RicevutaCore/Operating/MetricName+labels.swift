/// One label of a metric.
public struct MetricLabel: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// What its values are, as half a sentence.
    public var meaning: String
    /// The values that there can be, where these are known beforehand.
    public var values: [String]

    init(_ name: String, _ meaning: String, values: [String] = []) {
        self.name = name
        self.meaning = meaning
        self.values = values
    }

    fileprivate static let jobKind = MetricLabel("kind", "the job", values: JobKind.allCases.map(\.rawValue))
    fileprivate static let sink = MetricLabel("sink", "the name of a configured sink")
    fileprivate static let operation = MetricLabel(
        "operation",
        "the kind of call",
        values: ProviderOperation.allCases.map(\.rawValue)
    )
    fileprivate static let call = MetricLabel("call", "the call of the provider's API")
}

extension MetricName {
    /// Its labels, none of which holds an id, an address or anything else that a peer chooses.
    public var labels: [MetricLabel] {
        switch self {
        case .callbacks:
            [
                MetricLabel(
                    "outcome",
                    "what became of the callback",
                    values: ["accepted", "duplicate", "undecodable", "overloaded", "timed_out", "failed"]
                )
            ]
        case .refusals:
            [
                MetricLabel(
                    "reason",
                    "why",
                    values: ["bad_token", "unknown_key", "network", "certificate", "credentials", "limited"]
                )
            ]
        case .connectionsClosed:
            [
                MetricLabel(
                    "reason",
                    "why",
                    values: ["crowded", "address_limit", "head_deadline", "request_deadline"]
                )
            ]
        case .ledgerInfo: [MetricLabel("engine", "what stores it"), MetricLabel("version", "its version")]
        case .ledgerBytes: [MetricLabel("file", "which file", values: ["database", "log"])]
        case .ledgerCallbacksByVerdict:
            [MetricLabel("verdict", "see Orders", values: CallbackVerdict.allCases.map(\.rawValue))]
        case .ledgerOrders:
            [
                MetricLabel(
                    "state",
                    "the order's state",
                    values: ["unread", "searching", "processing", "available", "fulfilled", "cancelled", "unknown"]
                )
            ]
        case .ledgerDeliveries:
            [MetricLabel("state", "the delivery's state", values: DeliveryState.allCases.map(\.rawValue))]
        case .ledgerJobs, .ledgerOldestDue, .jobDuration: [.jobKind]
        case .removed:
            [MetricLabel("what", "what was removed", values: RetentionRule.allCases.map(\.rawValue))]
        case .jobs: [.jobKind, MetricLabel("outcome", "what came of it"), .sink]
        case .providerCalls: [.call, MetricLabel("outcome", "`ok`, or the failure, such as `refused_404`")]
        case .providerCallDuration: [.call]
        case .providerFailing, .providerCircuitOpen: [.operation]
        case .sinkPending, .sinkRetrying, .sinkOldestPending, .sinkDeadLetters, .sinkOldestDeadLetter, .sinkDisabled,
            .sinkPaused, .sinkFailing, .deliveryDuration:
            [.sink]
        case .deliveryAttempts:
            [
                .sink, MetricLabel("outcome", "what came of it", values: AttemptEntry.Outcome.allCases.map(\.rawValue)),
                MetricLabel("status", "the class of the answer's HTTP status, such as `5xx`, or `none`"),
            ]
        case .alarms: [MetricLabel("kind", "see Alarms", values: AlarmKind.allCases.map(\.rawValue))]
        case .buildInfo:
            [
                MetricLabel("version", "of the program"), MetricLabel("commit", "that it was built from, or `unknown`"),
                MetricLabel("libmicrohttpd", "that library's version"),
            ]
        case .configurationInfo: [MetricLabel("fingerprint", "the first 12 digits of the file's SHA-256")]
        case .acknowledgement, .lastCallback, .connections, .connectionsWithoutHead, .connectionsAccepted,
            .certificateExpiry, .journalUnsettled, .journalQuarantined, .journalDamage, .journalSyncs,
            .journalSyncDuration, .journalFailedWrites, .journalBytes, .ledgerCallbacks, .ledgerDuplicates,
            .ledgerOldestOpenOrder, .ledgerChoicesNeeded, .ledgerLateOrders, .ledgerDocuments, .ledgerQuarantined,
            .ledgerOverdueDocuments, .documentBytes, .orderDuration, .ready, .diskFree, .diskLimit,
            .configurationGeneration, .configurationLoaded, .configurationReload, .processStart, .processCPU,
            .processResidentMemory,
            .processVirtualMemory, .processOpenFiles, .processMaxFiles, .processThreads:
            []
        }
    }
}
