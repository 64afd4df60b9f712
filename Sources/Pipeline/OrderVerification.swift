import BaseKit
import Logging
import RicevutaCore
import Visengine

/// Verifies an order of one provider: finds out which of the provider's orders it is, reads it, and lets the ledger
/// apply the answer.
struct OrderVerification: Sendable {
    /// The most calls that one piece of work makes: a list, and some of the orders on it.
    static let maxReads = 1 + AccountSearch.maxReads
    private static let maxCandidates = 3
    /// The provider may not show an order for a moment that it has just announced.
    private static let patience = 5

    let provider: ProviderID
    let ledger: any VerificationLedger
    let reader: any OrderReader
    let nonceOf: @Sendable (String) -> OrderNonce?
    let routing: DeliveryRouting
    let settings: FlowSettings
    let environment: FlowEnvironment
    let logger: Logger
    /// One search at a time: what it finds out is of use to all.
    private let searching = SearchTurn()
    /// Which unconfirmed callbacks were logged.
    private let told = RareLines<UnconfirmedCause>()

    init(
        provider: ProviderID,
        ledger: any VerificationLedger,
        reader: any OrderReader,
        nonceOf: @escaping @Sendable (String) -> OrderNonce?,
        routing: DeliveryRouting,
        settings: FlowSettings,
        environment: FlowEnvironment,
        logger: Logger
    ) {
        self.provider = provider
        self.ledger = ledger
        self.reader = reader
        self.nonceOf = nonceOf
        self.routing = routing
        self.settings = settings
        self.environment = environment
        self.logger = logger
    }

    func perform(_ work: VerifyWork) async {
        var logger = logger
        logger[metadataKey: "order.number"] = .stringConvertible(work.order.key)
        if let id = work.order.id { logger[metadataKey: "order.id"] = "\(id)" }
        do throws(LedgerError) {
            if work.trigger != .refresh, isOver(work.order) { return try await end(work, logger: logger) }
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
            JobLoop<VerifyWork>.report(error, "recording an order read", to: logger)
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
            Alarms.raise(
                .foreignOrder,
                "Callback token belongs to a different order",
                [
                    "candidate.id": "\(id)", "order.nonce": "\(nonce)",
                    "next": "ricevuta explain \(work.order.key)",
                ],
                to: logger
            )
            return await reject(
                id,
                of: work,
                reason: "the order's callback data does not match this token",
                logger: logger
            )
        }
        let reason = "order not found at the provider"
        if let unknown, work.lease.attempt > Self.patience {
            await reject(unknown, of: work, reason: reason, logger: logger)
        } else {
            await leaveAlone(work, reason: reason, logger: logger)
        }
    }

    /// The answer to the placing was lost, or its callbacks were not understood: the order is one of the account's, and
    /// echoes the token.
    private func search(for work: VerifyWork, logger: Logger) async throws(ProviderFailure) {
        guard let nonce = work.order.nonce else {
            return await leaveAlone(work, reason: "order not found at the provider", logger: logger)
        }
        let pause = max(settings.reconciliation.minReadBackInterval, .seconds(1))
        guard searching.begin() else {
            return await postpone(work, for: pause, reason: "another search is running", logger: logger)
        }
        defer { searching.end() }
        let search = AccountSearch(
            provider: provider,
            ledger: ledger,
            reader: reader,
            nonceOf: nonceOf,
            environment: environment,
            turn: searching
        )
        let outcome: AccountSearch.Outcome
        do throws(LedgerError) {
            outcome = try await search.look(for: nonce)
        } catch {
            JobLoop<VerifyWork>.report(error, "searching the account", to: logger)
            // Else its lease would hold it for hours.
            let wait = environment.backoff(after: work.lease.attempt, atLeast: pause)
            return await postpone(work, for: wait, reason: "ledger failure during the search", logger: logger)
        }
        switch outcome {
        case .found(let reading):
            logger.notice("Order found by its token", metadata: ["order.id": "\(reading.id)"])
            await confirm(work, reading, binding: .bind, logger: logger)
        case .more(let left):
            logger.info("Searching for an order by its token", metadata: ["orders.left": .stringConvertible(left)])
            await postpone(work, for: pause, reason: "the search continues", logger: logger)
        case .none: await leaveAlone(work, reason: "no order with this token at the provider", logger: logger)
        case .failed(let failure): throw failure
        }
    }

    private func postpone(_ work: VerifyWork, for wait: Duration, reason: String, logger: Logger) async {
        do throws(LedgerError) {
            try await ledger.postpone(work.lease, until: environment.now() + wait, reason: reason)
        } catch {
            JobLoop<VerifyWork>.report(error, "postponing an order read", to: logger)
        }
    }

    /// Whether an order has been final for so long that its token is good for no read-back any more.
    private func isOver(_ order: OrderRecord) -> Bool {
        order.state?.isTerminal == true
            && settings.tokens.isOver(finalSince: order.finalSince, at: environment.now())
    }

    /// Nothing more can come of the order, so whoever shows its token has it from somewhere else.
    private func end(_ work: VerifyWork, logger: Logger) async throws(LedgerError) {
        if work.trigger == .callback {
            Alarms.raise(
                .expiredToken,
                "Callback with an expired token; recorded only",
                ["order.nonce": "\(work.order.nonce?.rawValue ?? "-")"],
                to: logger
            )
        }
        JobMeters.count(.verify, .ended)
        try await ledger.park(work, reason: "token expired", now: environment.now())
    }

    private func confirm(_ work: VerifyWork, _ reading: Order, binding: OrderBinding, logger: Logger) async {
        let context = ConfirmationContext(
            now: environment.now(),
            schedule: settings.reconciliation,
            promises: settings.promises,
            routing: routing
        )
        do throws(LedgerError) {
            let advance = try await ledger.confirm(work, reading: reading, binding: binding, context: context)
            for alarm in advance.alarms {
                Alarms.raise(alarm, Self.sentence(alarm), ["order.id": "\(reading.id)"], to: logger)
            }
            if let found = advance.unconfirmed { report(found, of: reading.id, advance.record, to: logger) }
            if advance.record.state != work.order.state {
                var metadata: Logger.Metadata = [
                    "order.id": "\(reading.id)", "state": "\(advance.record.state?.name ?? "-")",
                    "from": "\(work.order.state?.name ?? "-")", "trigger": "\(work.trigger.rawValue)",
                ]
                // The words themselves may name a person.
                if advance.record.cancellationReason != nil { metadata["reason"] = "given, see `ricevuta order show`" }
                logger.info("Order state changed", metadata: metadata)
            }
            JobMeters.count(.verify, advance.notifications.isEmpty ? .unchanged : .changed)
        } catch .conflict(let reason) {
            Alarms.raise(
                .bindingConflict,
                "Order binding rejected",
                ["reason": "\(reason)", "order.id": "\(reading.id)"],
                to: logger
            )
            await reject(reading.id, of: work, reason: reason, logger: logger)
        } catch {
            JobLoop<VerifyWork>.report(error, "recording an order read", to: logger)
        }
    }

    /// The causes that ``told`` limits separately.
    private enum UnconfirmedCause: CaseIterable { case claim }

    /// Each is counted; a line a minute names one of them.
    private func report(
        _ found: UnconfirmedCallbacks,
        of id: OrderID,
        _ order: OrderRecord,
        to logger: Logger
    ) {
        Alarms.count(.unconfirmedCallback, by: found.count)
        guard let heldBack = told.next(.claim, at: environment.now()) else { return }
        // A state of its own making may hold anything.
        let claimed = found.state.map { $0.rank == nil ? "unknown" : $0.name } ?? "none"
        Alarms.write(
            .unconfirmedCallback,
            "Callback claims a state that the provider does not show",
            [
                "order.id": "\(id)", "claimed": "\(claimed)", "state": "\(order.state?.name ?? "-")",
                "peer": "\(found.peer)", "callbacks": .stringConvertible(found.count),
                "held.back": .stringConvertible(heldBack),
            ],
            to: logger
        )
    }

    /// The log line of an alarm that reading an order raises.
    private static func sentence(_ alarm: AlarmKind) -> Logger.Message? {
        switch alarm {
        case .wentBack: "Order state went backwards"
        case .missedCallback: "Order changed without a callback"
        case .unknownState: "Unknown order state"
        case .otherOrder: "Callback body names a different order"
        default: nil
        }
    }

    private func reject(_ id: OrderID, of work: VerifyWork, reason: String, logger: Logger) async {
        let isLast = work.candidates.filter { $0 != id }.isEmpty
        let wait = isLast ? nextPoll(of: work) : settings.reconciliation.minReadBackInterval
        do throws(LedgerError) {
            try await ledger.rejectCandidate(id, of: work, reason: reason, nextPoll: environment.now() + wait)
            JobMeters.count(.verify, .rejected)
        } catch {
            JobLoop<VerifyWork>.report(error, "rejecting a candidate order", to: logger)
        }
    }

    private func handle(_ failure: ProviderFailure, of work: VerifyWork, logger: Logger) async throws(LedgerError) {
        // A read-back that was broken off says nothing about the order; its lease is free for the next boot.
        guard !Task.isCancelled else { return }
        JobMeters.count(.verify, .failed)
        let wait: Duration
        switch failure {
        case .notFound:
            return await leaveAlone(work, reason: "order not found at the provider", logger: logger)
        case .unauthorized: wait = .seconds(300)
        case .notYetAvailable(let retryAfter):
            wait = environment.backoff(after: work.lease.attempt, atLeast: retryAfter)
        case .transient(_, let retryAfter):
            wait = environment.backoff(after: work.lease.attempt, atLeast: retryAfter)
            logger.debug("Order read failed; retrying", metadata: ["error": "\(failure)"])
        case .permanent:
            wait = settings.reconciliation.maxInterval
            logger.error("Provider rejected an order read", metadata: ["error": "\(failure)"])
        }
        try await ledger.postpone(work.lease, until: environment.now() + wait, reason: failure.description)
    }

    /// Waits a little longer each time, and in the end for the next callback only.
    private func leaveAlone(_ work: VerifyWork, reason: String, logger: Logger) async {
        let now = environment.now()
        // What was confirmed or paid for once is missed after a few answers; what only a callback named is not.
        let isExpected = work.order.id != nil || work.order.origin == .placed
        if isExpected, work.lease.refusals.count == Self.patience {
            Alarms.raise(.orderUnknown, "Order not found at the provider", ["reason": "\(reason)"], to: logger)
        }
        do throws(LedgerError) {
            if work.lease.refusals.reach(
                settings.maxUnknownReads,
                over: settings.unknownOrderPatience,
                withOneAt: now
            ) {
                logger.warning("Order not found; regular polling stopped", metadata: ["reason": "\(reason)"])
                try await ledger.park(work, reason: reason, now: now)
            } else {
                try await ledger.postpone(work.lease, until: now + nextPoll(of: work), reason: reason, refusedAt: now)
            }
        } catch {
            JobLoop<VerifyWork>.report(error, "postponing an order read", to: logger)
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
