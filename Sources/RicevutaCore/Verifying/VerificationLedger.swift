public import BaseKit
public import Visengine

/// One order to read back.
public struct VerifyWork: Sendable, Equatable {
    /// The right to do it.
    public var lease: JobLease
    /// The order as recorded.
    public var order: OrderRecord
    /// The ids that callbacks with this order's token named, newest first, while none is bound; at most 8.
    public var candidates: [OrderID]
    /// What asked for it.
    public var trigger: OrderProgress.Trigger

    /// Creates work.
    public init(lease: JobLease, order: OrderRecord, candidates: [OrderID], trigger: OrderProgress.Trigger) {
        self.lease = lease
        self.order = order
        self.candidates = candidates
        self.trigger = trigger
    }
}

/// What verification reads from and writes to the ledger.
public protocol VerificationLedger: JobLedger {
    /// Takes due verify jobs, oldest due first.
    ///
    /// - Throws: ``LedgerError``.
    func leaseVerifications(limit: Int, now: Timestamp, leaseFor: Duration) async throws(LedgerError) -> [VerifyWork]

    /// Applies the API's answer: ``OrderProgress`` decides inside the transaction; the order, its callbacks' verdicts,
    /// its notifications, their deliveries and every job they need change together.
    ///
    /// - Parameters:
    ///   - work: The work that was leased.
    ///   - reading: The order as the API shows it.
    ///   - binding: How the reading was tied to the order, when no id was bound before.
    ///   - context: Clock, polling schedule and routing.
    /// - Returns: What changed.
    /// - Throws: ``LedgerError/leaseLost(job:)``; ``LedgerError/conflict(_:)`` when the id is bound to another order.
    func confirm(
        _ work: VerifyWork,
        reading: Order,
        binding: OrderBinding,
        context: ConfirmationContext
    )
        async throws(LedgerError) -> OrderProgress.Advance

    /// Records that a candidate is not this order's: unknown to the API, or another order's. It is not tried again.
    func rejectCandidate(
        _ id: OrderID,
        of work: VerifyWork,
        reason: String,
        nextPoll: Timestamp
    )
        async throws(LedgerError)

    /// Ends verification of an order that the API does not know; a later callback with its token starts it again.
    ///
    /// An open order that the API has shown before is asked for once a day instead.
    func park(_ work: VerifyWork, reason: String, now: Timestamp) async throws(LedgerError)

    /// Brings the read-backs of all orders forward that have one planned; see ``CatchUp``.
    ///
    /// - Parameters:
    ///   - spacing: The time between two orders; those that were asked for longest ago go first.
    ///   - now: The current time.
    /// - Returns: How many there are, and for how long nothing ran.
    /// - Throws: ``LedgerError``; what was brought forward before stays so.
    func catchUp(spacing: Duration, now: Timestamp) async throws(LedgerError) -> CatchUp

    /// Of these ids of a provider, those that a search still has to look at, in the same order: bound to no order here,
    /// and not looked at before. Used to find orders whose placing was never answered, or whose callbacks were not
    /// understood.
    func unsearchedIDs(among ids: [OrderID], at provider: ProviderID) async throws(LedgerError) -> [OrderID]

    /// The ids of a provider that an earlier search found to carry an order's token, and that are bound to no order
    /// here.
    func searchedIDs(for nonce: OrderNonce, at provider: ProviderID) async throws(LedgerError) -> [OrderID]

    /// Records what a search has looked at, so that no other has to, across restarts too.
    func noteSearched(_ orders: [SearchedOrder], at provider: ProviderID, now: Timestamp) async throws(LedgerError)
}

/// One of the account's orders that a search has looked at.
public struct SearchedOrder: Sendable, Equatable {
    /// Its id.
    public var id: OrderID
    /// The nonce of the token that it carries, which never changes; `nil` when it carries none of ours.
    public var nonce: OrderNonce?

    /// Creates one.
    public init(id: OrderID, nonce: OrderNonce?) {
        self.id = id
        self.nonce = nonce
    }
}

/// What applying a confirmation needs beside the reading.
public struct ConfirmationContext: Sendable {
    /// The current time.
    public var now: Timestamp
    /// When to poll next.
    public var schedule: ReconciliationSchedule
    /// By when documents are promised.
    public var promises: PromisedTimes
    /// Which sinks want what.
    public var routing: DeliveryRouting

    /// Creates a context.
    public init(
        now: Timestamp,
        schedule: ReconciliationSchedule,
        promises: PromisedTimes = PromisedTimes(),
        routing: DeliveryRouting
    ) {
        self.now = now
        self.schedule = schedule
        self.promises = promises
        self.routing = routing
    }
}
