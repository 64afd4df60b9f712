public import BaseKit
public import Logging
public import RicevutaCore
import Synchronization

/// Sees how calls to the providers end, and reports when one kind of call begins to fail, and when it works again.
///
/// A single failure is not news: the client has tried several times by then, but a provider that restarts is back a
/// moment later. An answer about one order or document is not a failure of the provider.
public final class ProviderHealth: Sendable {
    private struct Subject: Hashable {
        var provider: ProviderID
        var operation: ProviderOperation
    }

    private struct Trouble {
        var condition: ProviderCondition
        /// When it was reported last; `nil` before.
        var reportedAt: Timestamp?
    }

    /// How many failures in a row are reported.
    private static let tolerated = 1
    /// How often trouble that goes on is reported again.
    private static let reminder = Duration.seconds(3600)

    private let troubles = Mutex<[Subject: Trouble]>([:])
    private let now: @Sendable () -> Timestamp
    private let logger: Logger

    /// Creates one in good health.
    ///
    /// - Parameters:
    ///   - now: The clock.
    ///   - logger: Gets a line when trouble begins, each hour while it lasts, and when it is over.
    public init(now: @escaping @Sendable () -> Timestamp, logger: Logger) {
        self.now = now
        self.logger = logger
    }

    /// What fails at the moment and has been reported, in a fixed order.
    public var conditions: [ProviderCondition] {
        troubles.withLock { $0.values.filter { $0.reportedAt != nil }.map(\.condition) }
            .sorted { ($0.provider.rawValue, $0.operation.rawValue) < ($1.provider.rawValue, $1.operation.rawValue) }
    }

    /// Records that the provider answered.
    func answered(_ provider: ProviderID, _ operation: ProviderOperation) {
        let subject = Subject(provider: provider, operation: operation)
        let over = troubles.withLock { $0.isEmpty ? nil : $0.removeValue(forKey: subject) }
        guard let over, over.reportedAt != nil else { return }
        logger.notice(
            "Provider recovered",
            metadata: [
                "provider": "\(provider)", "operation": "\(operation.activity)",
                "failures": .stringConvertible(over.condition.failures),
                "duration": .stringConvertible(now() - over.condition.since),
            ]
        )
    }

    /// Records a failure; one that says something of a single order or document counts as an answer.
    func failed(_ provider: ProviderID, _ operation: ProviderOperation, _ failure: ProviderFailure) {
        switch failure {
        case .notFound, .notYetAvailable, .permanent: answered(provider, operation)
        case .unauthorized(let reason): failed(provider, operation, isUnauthorized: true, reason)
        case .transient(let reason, _): failed(provider, operation, isUnauthorized: false, reason)
        }
    }

    private func failed(
        _ provider: ProviderID,
        _ operation: ProviderOperation,
        isUnauthorized: Bool,
        _ reason: String
    ) {
        let time = now()
        let news = troubles.withLock { troubles -> ProviderCondition? in
            let subject = Subject(provider: provider, operation: operation)
            var trouble =
                troubles[subject]
                ?? Trouble(
                    condition: ProviderCondition(
                        provider: provider,
                        operation: operation,
                        isUnauthorized: isUnauthorized,
                        since: time,
                        failures: 0,
                        reason: reason
                    )
                )
            // A token that is rejected after an outage is another matter, with another cure.
            if trouble.condition.isUnauthorized != isUnauthorized { trouble.reportedAt = nil }
            trouble.condition.isUnauthorized = isUnauthorized
            trouble.condition.failures += 1
            trouble.condition.reason = reason
            let isDue =
                trouble.reportedAt.map { time - $0 >= Self.reminder }
                ?? (isUnauthorized || trouble.condition.failures > Self.tolerated)
            if isDue { trouble.reportedAt = time }
            troubles[subject] = trouble
            return isDue ? trouble.condition : nil
        }
        if let news { report(news) }
    }

    private func report(_ condition: ProviderCondition) {
        Alarms.raise(
            condition.isUnauthorized ? .unauthorized : .providerUnreachable,
            condition.isUnauthorized ? "Provider rejected the API token" : "Provider calls are failing; retrying",
            [
                "provider": "\(condition.provider)", "operation": "\(condition.operation.activity)",
                "error": "\(condition.reason)", "failures": .stringConvertible(condition.failures),
                "since": "\(condition.since)",
            ],
            to: logger
        )
    }
}
