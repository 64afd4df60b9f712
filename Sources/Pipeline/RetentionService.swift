import BaseKit
public import Logging
public import RicevutaCore
public import ServiceLifecycle

/// Removes from the ledger what is old, in small steps with pauses between them, so that no callback waits for it.
public struct RetentionService: Service {
    private let ledger: any RetentionLedger
    private let quarantine: (any QuarantineRetention)?
    private let schedule: RetentionSchedule
    private let environment: FlowEnvironment
    private let logger: Logger

    /// Callbacks changed in one transaction, and the pause after it.
    private static let step = 200
    private static let pause = Duration.milliseconds(50)

    /// Creates a service.
    ///
    /// - Parameters:
    ///   - ledger: What is cleaned.
    ///   - quarantine: The contents in quarantine, kept for as long as the ledger's entries about them.
    ///   - schedule: What is kept for how long.
    ///   - environment: The clock.
    ///   - logger: Gets a line for each round that removed something.
    public init(
        ledger: any RetentionLedger,
        quarantine: (any QuarantineRetention)? = nil,
        schedule: RetentionSchedule,
        environment: FlowEnvironment,
        logger: Logger
    ) {
        self.ledger = ledger
        self.quarantine = quarantine
        self.schedule = schedule
        self.environment = environment
        self.logger = logger
    }

    /// Runs until graceful shutdown or cancellation.
    public func run() async {
        await cancelWhenGracefulShutdown {
            // What has been looked at stays so: a later round goes on behind it.
            var places: [RetentionRule: Int64] = [:]
            while !Task.isCancelled {
                for rule in RetentionRule.allCases {
                    guard let age = schedule.ages[rule] else { continue }
                    let time = environment.now() - age
                    await apply(rule, before: time, from: &places[rule, default: 0])
                    if rule == .quarantine, let removed = await quarantine?.forgetQuarantined(before: time), removed > 0
                    {
                        logger.notice("Quarantined documents removed", metadata: ["count": "\(removed)"])
                    }
                }
                try? await Task.sleep(for: schedule.interval)  // Cancelled means that it is over.
            }
        }
        logger.info("Stopped", metadata: ["service": "retention"])
    }

    private func apply(_ rule: RetentionRule, before time: Timestamp, from place: inout Int64) async {
        var removed = 0
        do throws(LedgerError) {
            while !Task.isCancelled {
                let (changed, next) = try await ledger.forget(rule, before: time, after: place, limit: Self.step)
                removed += changed
                RetentionMeters.count(changed, rule)
                guard let next else { break }
                place = next
                if changed > 0 { try? await Task.sleep(for: Self.pause) }  // Cancelled means that it is over.
            }
        } catch {
            if error != .closed {
                logger.error("Retention run failed", metadata: ["rule": "\(rule.rawValue)", "error": "\(error)"])
            }
        }
        if removed > 0 {
            logger.notice("Expired entries removed", metadata: ["rule": "\(rule.rawValue)", "count": "\(removed)"])
        }
    }
}
