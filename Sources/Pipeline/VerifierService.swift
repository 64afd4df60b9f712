public import Logging
public import RicevutaCore
public import ServiceLifecycle

/// Reads orders back from the API and moves them by what it says: brought forward by a callback, or as the next poll.
public struct VerifierService: Service {
    private let verification: OrderVerification
    private let settings: FlowSettings

    /// Creates a service.
    ///
    /// - Parameters:
    ///   - ledger: Where work comes from and outcomes go.
    ///   - reader: The provider's API.
    ///   - nonceOf: Checks a token that the API echoes and gives its nonce; retired keys count.
    ///   - routing: Which sink wants what.
    ///   - settings: Limits and intervals.
    ///   - environment: Clock and random source.
    ///   - logger: Gets a line for each change of state.
    public init(
        ledger: any VerificationLedger,
        reader: any OrderReader,
        nonceOf: @escaping @Sendable (String) -> OrderNonce?,
        routing: DeliveryRouting,
        settings: FlowSettings,
        environment: FlowEnvironment,
        logger: Logger
    ) {
        verification = OrderVerification(
            ledger: ledger,
            reader: reader,
            nonceOf: nonceOf,
            routing: routing,
            settings: settings,
            environment: environment,
            logger: logger
        )
        self.settings = settings
    }

    /// Runs until graceful shutdown or cancellation.
    public func run() async {
        await JobLoop(
            kind: .verify,
            ledger: verification.ledger,
            maxInFlight: settings.verifiers,
            claim: { [verification, settings] room throws(LedgerError) in
                let work = try await verification.ledger.claimVerify(
                    limit: room,
                    now: verification.environment.now(),
                    leaseFor: settings.verifyLease
                )
                return JobLoop<VerifyWork>.Claimed(work: work, hasMore: work.count == room)
            },
            perform: { [verification] work in await verification.perform(work) },
            logger: verification.logger
        ).run()
    }
}
