import Callbacks
import Logging
import Visengine

/// Verifies one order: finds out which of the provider's orders it is, reads it, and lets the ledger apply the answer.
struct OrderVerification: Sendable {
    /// The most calls that one piece of work makes: a list, and the newest orders on it.
    static let maxReads = 1 + maxSearched
    private static let maxSearched = 20
    private static let maxCandidates = 3
    /// The provider may not show an order for a moment that it has just announced.
    private static let patience = 5

    let ledger: any VerificationLedger
    let reader: any OrderReader
    let nonceOf: @Sendable (String) -> OrderNonce?
    let routing: DeliveryRouting
    let settings: FlowSettings
    let environment: FlowEnvironment
    let logger: Logger

    func perform(_ work: VerifyWork) async {
        var logger = logger
        logger[metadataKey: "order.key"] = "\(work.order.key)"
        if let id = work.order.id { logger[metadataKey: "order.id"] = "\(id)" }
        do throws(LedgerError) {
            do throws(ProviderFailure) {
                if let id = work.order.id {
                    try await readBack(id, for: work, logger: logger)
                } else if !work.candidates.isEmpty {
                    try await tryCandidates(of: work, logger: logger)
                } else {
                    try await search(for: work, logger: logger)
                }
            } catch {
                try await handle(error, of: work, logger: logger)
            }
        } catch {
            JobLoop<VerifyWork>.report(error, "recording a read-back", to: logger)
        }
    }

    private func readBack(_ id: OrderID, for work: VerifyWork, logger: Logger) async throws(ProviderFailure) {
        let reading = try await reader.order(id)
        await confirm(work, reading, binding: .bind, logger: logger)
    }

    /// The ids that callbacks named are anybody's: only what the API echoes ties one to the order.
    private func tryCandidates(of work: VerifyWork, logger: Logger) async throws(ProviderFailure) {
        var unknown: OrderID?
        for id in work.candidates.prefix(Self.maxCandidates) {
            let reading: Order
            do throws(ProviderFailure) {
                reading = try await reader.order(id)
            } catch .notFound {
                // An id that was made up must not stand in the way of the right one behind it.
                unknown = unknown ?? id
                continue
            }
            guard let nonce = work.order.nonce else {
                return await confirm(work, reading, binding: .bindIfFree, logger: logger)
            }
            let binding = OrderBinding.decide(nonce: nonce, echo: reading.echo, nonceOf: nonceOf)
            guard binding == .refuse else { return await confirm(work, reading, binding: binding, logger: logger) }
            Alarms.raise(.foreignOrder)
            logger.warning("A callback named another's order", metadata: ["candidate.id": "\(id)"])
            return await reject(id, of: work, reason: "the order carries other data than this token", logger: logger)
        }
        let reason = "the provider knows no such order"
        if let unknown, work.lease.attempt > Self.patience {
            await reject(unknown, of: work, reason: reason, logger: logger)
        } else {
            await leaveAlone(work, reason: reason, logger: logger)
        }
    }

    /// The answer to the placing was lost: if the order exists, it is among the account's newest and echoes the token.
    private func search(for work: VerifyWork, logger: Logger) async throws(ProviderFailure) {
        let listed = try await reader.orders().map(\.id)
        let unbound: [OrderID]
        do throws(LedgerError) {
            unbound = try await ledger.unboundIDs(among: listed)
        } catch {
            return JobLoop<VerifyWork>.report(error, "looking for a lost order", to: logger)
        }
        for id in unbound.prefix(Self.maxSearched) {
            let reading = try await reader.order(id)
            guard let nonce = work.order.nonce,
                OrderBinding.decide(nonce: nonce, echo: reading.echo, nonceOf: nonceOf) == .bind
            else { continue }
            logger.notice("Found an order whose placing was never answered", metadata: ["order.id": "\(id)"])
            await confirm(work, reading, binding: .bind, logger: logger)
            return
        }
        await leaveAlone(work, reason: "the provider shows no order with this token", logger: logger)
    }

    private func confirm(_ work: VerifyWork, _ reading: Order, binding: OrderBinding, logger: Logger) async {
        let context = ConfirmationContext(
            now: environment.now(),
            schedule: settings.reconciliation,
            routing: routing
        )
        do throws(LedgerError) {
            let advance = try await ledger.confirm(work, reading: reading, binding: binding, context: context)
            for alarm in advance.alarms {
                Alarms.raise(alarm)
                logger.warning("Alarm", metadata: ["alarm": "\(alarm.rawValue)", "order.id": "\(reading.id)"])
            }
            if !advance.notifications.isEmpty {
                logger.info(
                    "Order moved",
                    metadata: [
                        "order.id": "\(reading.id)", "state": "\(advance.record.state?.name ?? "-")",
                        "from": "\(work.order.state?.name ?? "-")", "trigger": "\(work.trigger.rawValue)",
                    ]
                )
            }
            JobMeters.count(.verify, advance.notifications.isEmpty ? "unchanged" : "changed")
        } catch .conflict(let reason) {
            Alarms.raise(.bindingConflict)
            logger.warning("Binding refused", metadata: ["reason": "\(reason)", "order.id": "\(reading.id)"])
            await reject(reading.id, of: work, reason: reason, logger: logger)
        } catch {
            JobLoop<VerifyWork>.report(error, "recording a read-back", to: logger)
        }
    }

    private func reject(_ id: OrderID, of work: VerifyWork, reason: String, logger: Logger) async {
        let isLast = work.candidates.filter { $0 != id }.isEmpty
        let wait = isLast ? nextPoll(of: work) : settings.reconciliation.minReadBackInterval
        do throws(LedgerError) {
            try await ledger.rejectCandidate(id, of: work, reason: reason, nextPoll: environment.now() + wait)
            JobMeters.count(.verify, "rejected")
        } catch {
            JobLoop<VerifyWork>.report(error, "rejecting a candidate", to: logger)
        }
    }

    private func handle(_ failure: ProviderFailure, of work: VerifyWork, logger: Logger) async throws(LedgerError) {
        // A read-back that was broken off says nothing about the order; its lease is free for the next boot.
        guard !Task.isCancelled else { return }
        JobMeters.count(.verify, "failed")
        let wait: Duration
        switch failure {
        case .notFound:
            return await leaveAlone(work, reason: "the provider knows no such order", logger: logger)
        case .unauthorized:
            Alarms.raise(.unauthorized)
            logger.error("The provider refuses our token", metadata: ["error": "\(failure)"])
            wait = .seconds(300)
        case .notYetAvailable(let retryAfter):
            wait = environment.backoff(after: work.lease.attempt, atLeast: retryAfter)
        case .transient(_, let retryAfter):
            wait = environment.backoff(after: work.lease.attempt, atLeast: retryAfter)
            logger.debug("Read-back postponed", metadata: ["error": "\(failure)"])
        case .permanent:
            wait = settings.reconciliation.maxInterval
            logger.error("The provider refuses a read-back", metadata: ["error": "\(failure)"])
        }
        try await ledger.postpone(work.lease, until: environment.now() + wait, reason: failure.description)
    }

    /// Waits a little longer each time, and in the end for the next callback only.
    private func leaveAlone(_ work: VerifyWork, reason: String, logger: Logger) async {
        let age = environment.now() - work.order.createdAt
        do throws(LedgerError) {
            if work.lease.attempt >= settings.maxUnknownReads, age >= settings.unknownOrderPatience {
                logger.warning("Order left alone until its next callback", metadata: ["reason": "\(reason)"])
                try await ledger.park(work, reason: reason, now: environment.now())
            } else {
                let due = environment.now() + nextPoll(of: work)
                try await ledger.postpone(work.lease, until: due, reason: reason)
            }
        } catch {
            JobLoop<VerifyWork>.report(error, "postponing a read-back", to: logger)
        }
    }

    /// Soon at first, as the provider may lag behind its own callbacks; then at the pace of polling.
    private func nextPoll(of work: VerifyWork) -> Duration {
        let schedule = settings.reconciliation
        let attempt = work.lease.attempt
        guard attempt <= Self.patience else { return schedule.interval(afterQuietPolls: attempt - Self.patience) }
        return environment.backoff(after: attempt, atLeast: schedule.minReadBackInterval)
    }
}
