public import BaseKit

/// What a running receiver says of itself every few seconds, and when something changes, for commands that run in
/// another process.
public struct ReceiverReport: Sendable, Equatable {
    /// How often it is written where nothing changes.
    public static let interval = Duration.seconds(5)

    /// The process's number.
    public var process: Int32
    /// The program's version.
    public var version: String
    /// When the process began to serve.
    public var startedAt: Timestamp
    /// When this was written.
    public var writtenAt: Timestamp
    /// The absolute path of the configuration file.
    public var configuration: String
    /// The first 12 digits of the SHA-256 of the configuration that is in use.
    public var fingerprint: String
    /// 1 at the start; one more with each reload.
    public var generation: Int
    /// Where callbacks are taken.
    public var callbacks: String
    /// Where health, metrics and document links are served.
    public var admin: String
    /// Why callbacks cannot be taken now; empty when they can.
    public var problems: [String]
    /// Kinds of calls that fail.
    public var providers: [ProviderCondition]
    /// Sinks that have been reported to fail.
    public var failingSinks: [SinkName]
    /// Why a changed configuration or certificate is not in use; `nil` when the last one is.
    public var reloadProblem: String?

    /// Creates a report.
    public init(
        process: Int32,
        version: String,
        startedAt: Timestamp,
        writtenAt: Timestamp,
        configuration: String,
        fingerprint: String,
        generation: Int,
        callbacks: String,
        admin: String,
        problems: [String],
        providers: [ProviderCondition],
        failingSinks: [SinkName],
        reloadProblem: String?
    ) {
        self.process = process
        self.version = version
        self.startedAt = startedAt
        self.writtenAt = writtenAt
        self.configuration = configuration
        self.fingerprint = fingerprint
        self.generation = generation
        self.callbacks = callbacks
        self.admin = admin
        self.problems = problems
        self.providers = providers
        self.failingSinks = failingSinks
        self.reloadProblem = reloadProblem
    }
}

extension ReceiverReport {
    /// As it is written to a file.
    public var json: JSONValue {
        [
            "process": JSONValue(process), "version": .string(version), "startedAt": .string(startedAt.description),
            "startedMilliseconds": JSONValue(startedAt.milliseconds),
            "writtenMilliseconds": JSONValue(writtenAt.milliseconds),
            "configuration": .string(configuration), "fingerprint": .string(fingerprint),
            "generation": JSONValue(generation), "callbacks": .string(callbacks), "admin": .string(admin),
            "problems": .array(problems.map { .string($0) }), "providers": .array(providers.map(\.json)),
            "failingSinks": .array(failingSinks.map { .string($0.rawValue) }),
            "reloadProblem": JSONValue(reloadProblem),
        ]
    }

    /// Reads what was written; nothing when it is something else.
    public init?(json: JSONValue) {
        guard let process = json["process"]?.int64.flatMap({ Int32(exactly: $0) }),
            let version = json["version"]?.string, let started = json["startedMilliseconds"]?.int64,
            let written = json["writtenMilliseconds"]?.int64, let configuration = json["configuration"]?.string,
            let fingerprint = json["fingerprint"]?.string, let generation = json["generation"]?.int64
        else { return nil }
        self.init(
            process: process,
            version: version,
            startedAt: Timestamp(milliseconds: started),
            writtenAt: Timestamp(milliseconds: written),
            configuration: configuration,
            fingerprint: fingerprint,
            generation: Int(generation),
            callbacks: json["callbacks"]?.string ?? "",
            admin: json["admin"]?.string ?? "",
            problems: json["problems"]?.array?.compactMap(\.string) ?? [],
            providers: json["providers"]?.array?.compactMap { ProviderCondition(json: $0) } ?? [],
            failingSinks: json["failingSinks"]?.array?.compactMap { $0.string.flatMap(SinkName.init(rawValue:)) } ?? [],
            reloadProblem: json["reloadProblem"]?.string
        )
    }
}

extension ProviderCondition {
    /// As commands print it.
    public var json: JSONValue {
        [
            "provider": .string(provider.rawValue), "operation": .string(operation.rawValue),
            "unauthorized": .bool(isUnauthorized), "since": .string(since.description),
            "sinceMilliseconds": JSONValue(since.milliseconds), "failures": JSONValue(failures),
            "reason": .string(reason),
        ]
    }

    init?(json: JSONValue) {
        guard let provider = json["provider"]?.string.flatMap({ ProviderID(rawValue: $0) }),
            let operation = json["operation"]?.string.flatMap({ ProviderOperation(rawValue: $0) }),
            let isUnauthorized = json["unauthorized"]?.bool, let since = json["sinceMilliseconds"]?.int64,
            let failures = json["failures"]?.int64, let reason = json["reason"]?.string
        else { return nil }
        self.init(
            provider: provider,
            operation: operation,
            isUnauthorized: isUnauthorized,
            since: Timestamp(milliseconds: since),
            failures: Int(failures),
            reason: reason
        )
    }
}
