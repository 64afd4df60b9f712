import BaseKit
import Logging
import Metrics
import RicevutaCore
import Synchronization

/// Tells of sinks that begin to fail or recover, once each; the lines of single attempts are for debugging.
final class SinkWatch: Sendable {
    private let sinks: Mutex<[SinkName: SinkHealth]>
    private let maxAttempts: Int
    private let logger: Logger

    /// How often to look for a sink whose last attempt is long ago.
    private static let interval = Duration.seconds(5)

    init(_ names: some Sequence<SinkName>, maxAttempts: Int, after past: SinkWatch? = nil, logger: Logger) {
        let known = past?.sinks.withLock { $0 } ?? [:]
        sinks = Mutex(Dictionary(names.map { ($0, known[$0] ?? SinkHealth()) }) { first, _ in first })
        self.maxAttempts = maxAttempts
        self.logger = logger
        for name in names {
            SinkMeters.start(name)
            SinkMeters.set(isFailing: known[name]?.streak?.isTold == true, name)
        }
    }

    /// The sinks that were told to fail and have taken nothing since, by name.
    var failing: [SinkName] {
        sinks.withLock { $0.filter(\.value.isFailing).keys.sorted { $0.rawValue < $1.rawValue } }
    }

    /// Looks at the clock now and then, until it is cancelled.
    func run(now: @Sendable () -> Timestamp) async {
        while !Task.isCancelled {
            await Deadlines.shared.sleep(for: Self.interval)
            for name in sinks.withLock({ Array($0.keys) }) { note(name) { $0.look(at: now()) } }
        }
    }

    /// Tells what came of one attempt, and of what it shows about the sink.
    ///
    /// - Parameters:
    ///   - action: What follows from it.
    ///   - work: What was attempted.
    ///   - attempt: How it went.
    ///   - now: The current time.
    ///   - logger: Names the delivery.
    func saw(
        _ action: DeliveryRetryPolicy.Action,
        of work: DeliverWork,
        _ attempt: AttemptEntry,
        now: Timestamp,
        logger: Logger
    ) {
        SinkMeters.count(attempt, work.sink)
        report(action, of: work, attempt, logger: logger)
        if attempt.outcome == .unreadable {
            // None of the sink's doing.
            return Alarms.raise(
                .documentMissing,
                "Document unreadable in the archive",
                ["error": "\(attempt.error ?? "")"],
                to: logger
            )
        }
        note(work.sink) { health in
            switch action {
            case .complete: health.succeeded(at: now)
            case .retry(_, let reason), .deadLetter(let reason): health.failed(attempt.error ?? reason, at: now)
            case .disableSink(let reason): health.gone(reason, attemptBegan: attempt.startedAt, at: now)
            }
        }
    }

    private func report(
        _ action: DeliveryRetryPolicy.Action,
        of work: DeliverWork,
        _ attempt: AttemptEntry,
        logger: Logger
    ) {
        switch action {
        case .complete:
            SinkMeters.count(.delivered, work.sink)
            logger.debug("Delivered", metadata: ["type": "\(work.notification.type.rawValue)"])
        case .retry(let after, let reason):
            SinkMeters.count(.retried, work.sink)
            logger.debug(
                "Delivery attempt failed",
                metadata: [
                    "reason": "\(reason)", "attempt": "\(attempt.number) of \(maxAttempts)",
                    "next": "in \(Quantity.spoken(after))",
                ]
            )
        case .deadLetter(let reason):
            SinkMeters.count(.dead, work.sink)
            Alarms.raise(
                .deadLetter,
                "Gave up on delivery: dead letter",
                [
                    "reason": "\(reason)", "attempt": "\(attempt.number) of \(maxAttempts)",
                    "next": "ricevuta delivery show \(work.deliveryID)",
                ],
                to: logger
            )
        case .disableSink(let reason):
            SinkMeters.count(.refused, work.sink)
            logger.debug("Delivery attempt failed", metadata: ["reason": "\(reason)", "next": "once enabled"])
        }
    }

    private func note(_ name: SinkName, _ change: (inout SinkHealth) -> SinkHealth.Event?) {
        // The value before is read, and nothing is called while the lock is held.
        let event = sinks.withLock { sinks in change(&sinks[name, default: SinkHealth()]) }
        guard let event else { return }
        SinkMeters.set(isFailing: sinks.withLock { $0[name]?.isFailing ?? false }, name)
        switch event {
        case .failing(let streak):
            Alarms.raise(
                .sinkFailing,
                "Sink is failing",
                [
                    "sink": "\(name)", "since": "\(streak.since)", "failures": .stringConvertible(streak.failures),
                    "reason": "\(streak.reason)", "next": "ricevuta sink show \(name)",
                ],
                to: logger
            )
        case .gone(let reason):
            Alarms.raise(
                .sinkDisabled,
                "Sink disabled; its deliveries wait until it is enabled",
                ["sink": "\(name)", "reason": "\(reason)", "next": "ricevuta sink enable \(name)"],
                to: logger
            )
        case .recovered(let streak, let duration):
            logger.notice(
                "Sink recovered",
                metadata: [
                    "sink": "\(name)", "failures": .stringConvertible(streak.failures),
                    "duration": .stringConvertible(duration),
                ]
            )
        }
    }
}
