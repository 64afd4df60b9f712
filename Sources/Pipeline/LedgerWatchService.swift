public import Logging
import RicevutaCore
public import ServiceLifecycle

/// Reports a ledger that does not record what the journal holds: once when it begins, each minute while it lasts, and
/// once when it is over.
///
/// The callbacks are safe meanwhile, but nothing follows from them: no read-back, no document.
public struct LedgerWatchService: Service {
    /// What the ledger is like now.
    public struct Condition: Sendable, Equatable {
        /// Why callbacks cannot be recorded, without personal data; `nil` when they can.
        public var refusal: String?
        /// Acknowledged callbacks that the ledger does not have.
        public var waiting: Int

        /// Creates a condition.
        public init(refusal: String?, waiting: Int) {
            self.refusal = refusal
            self.waiting = waiting
        }
    }

    private let condition: @Sendable () -> Condition
    private let interval: Duration
    private let logger: Logger

    private static let reminder = Duration.seconds(60)

    /// Creates a service.
    ///
    /// - Parameters:
    ///   - condition: Asked for every `interval`.
    ///   - interval: How often to look.
    ///   - logger: Gets the lines.
    public init(
        condition: @escaping @Sendable () -> Condition,
        interval: Duration = .seconds(1),
        logger: Logger
    ) {
        self.condition = condition
        self.interval = interval
        self.logger = logger
    }

    /// Runs until graceful shutdown or cancellation.
    public func run() async {
        await cancelWhenGracefulShutdown {
            var since: ContinuousClock.Instant?
            var reportedAt: ContinuousClock.Instant?
            while !Task.isCancelled {
                let now = ContinuousClock.now
                let condition = condition()
                if let refusal = condition.refusal {
                    let begun = since ?? now
                    since = begun
                    if reportedAt.map({ now - $0 >= Self.reminder }) ?? true {
                        reportedAt = now
                        Alarms.raise(
                            .ledgerFailing,
                            "Ledger writes are failing; callbacks are queued in the journal",
                            [
                                "error": "\(refusal)", "waiting": .stringConvertible(condition.waiting),
                                "duration": .stringConvertible(now - begun),
                            ],
                            to: logger
                        )
                    }
                } else if let begun = since {
                    since = nil
                    reportedAt = nil
                    logger.notice(
                        "Ledger writes recovered",
                        metadata: [
                            "waiting": .stringConvertible(condition.waiting),
                            "duration": .stringConvertible(now - begun),
                        ]
                    )
                }
                try? await Task.sleep(for: interval)  // Cancelled means that it is over.
            }
        }
    }
}
