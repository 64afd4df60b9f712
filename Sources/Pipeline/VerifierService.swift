public import Logging
public import RicevutaCore
public import ServiceLifecycle

/// Reads orders back from the API and moves them by what it says: brought forward by a callback, or as the next poll.
public struct VerifierService: Service {
    private let ledger: any VerificationLedger
    private let verifications: [ProviderID: OrderVerification]
    private let settings: FlowSettings
    private let environment: FlowEnvironment
    private let drain: Drain
    private let logger: Logger

    /// Creates a service.
    ///
    /// - Parameters:
    ///   - ledger: Where work comes from and outcomes go.
    ///   - readers: The providers' APIs.
    ///   - nonceOf: Checks a token that the API echoes and gives its nonce; retired keys count.
    ///   - routing: Which sink wants what.
    ///   - settings: Limits and intervals.
    ///   - environment: Clock and random source.
    ///   - drain: Ends the loop once another has taken over.
    ///   - logger: Gets a line for each change of state.
    public init(
        ledger: any VerificationLedger,
        readers: [ProviderID: any OrderReader],
        nonceOf: @escaping @Sendable (String) -> OrderNonce?,
        routing: DeliveryRouting,
        settings: FlowSettings,
        environment: FlowEnvironment,
        drain: Drain = Drain(),
        logger: Logger
    ) {
        var verifications: [ProviderID: OrderVerification] = [:]
        for (provider, reader) in readers {
            verifications[provider] = OrderVerification(
                provider: provider,
                ledger: ledger,
                reader: reader,
                nonceOf: nonceOf,
                routing: routing,
                settings: settings,
                environment: environment,
                logger: logger
            )
        }
        self.verifications = verifications
        self.ledger = ledger
        self.settings = settings
        self.environment = environment
        self.drain = drain
        self.logger = logger
    }

    private var missing: MissingProvider {
        MissingProvider(
            ledger: ledger,
            wait: settings.reconciliation.maxInterval,
            environment: environment,
            logger: logger
        )
    }

    /// Runs until graceful shutdown or cancellation.
    ///
    /// Begins with the orders whose callbacks may have come while nothing ran.
    public func run() async {
        await catchUp()
        await JobLoop(
            kind: .verify,
            ledger: ledger,
            maxInFlight: settings.verifiers,
            lease: { [ledger, environment, settings] room throws(LedgerError) in
                let work = try await ledger.leaseVerifications(
                    limit: room,
                    now: environment.now(),
                    leaseFor: settings.verifyLease
                )
                return JobLoop<VerifyWork>.Leased(work: work, hasMore: work.count == room)
            },
            perform: { [verifications, missing] work in
                if let verification = verifications[work.order.provider] {
                    await verification.perform(work)
                } else {
                    await missing.perform(work.lease, of: work.order)
                }
            },
            drain: drain,
            logger: logger
        ).run()
    }

    private func catchUp() async {
        do throws(LedgerError) {
            let now = environment.now()
            let found = try await ledger.catchUp(spacing: settings.catchUpSpacing, now: now)
            guard found.orders > 0 else { return }
            var metadata: Logger.Metadata = ["orders": .stringConvertible(found.orders)]
            if let idle = found.idle { metadata["stopped"] = .stringConvertible(idle) }
            logger.notice("Reading open orders back after a start", metadata: metadata)
        } catch {
            JobLoop<VerifyWork>.report(error, "catching up on orders", to: logger)
        }
    }
}
