import BaseKit
import RicevutaCore
import Synchronization
import TestSupport
import Visengine

/// What a service told its ledger, and the ledger took.
enum LedgerEvent: Sendable, Equatable {
    case confirmed(OrderID, OrderBinding)
    case rejected(OrderID, nextPoll: Timestamp)
    case parked
    case postponed(until: Timestamp)
    case stored(sha256: String)
    case quarantined(reason: String, retryAt: Timestamp)
    case abandoned(reason: String)
    case finished(delivery: String, DeliveryRetryPolicy.Action)
}

/// A ledger in memory that notes what it was told, and fails when a test wants it to.
final class WatchedLedger: VerificationLedger, FetchLedger, DeliveryLedger {
    private struct State {
        var refusals = 0
        var events: [LedgerEvent] = []
        var failingLeases = 0
        var searchFailure: LedgerError?
        var searched: [SearchedOrder] = []
        var attempts: [AttemptEntry] = []
    }

    private let state = Mutex(State())
    private let ledger = InMemoryLedger()

    var events: [LedgerEvent] { state.withLock { $0.events } }
    /// How often it was said that the provider had said no.
    var refusals: Int { state.withLock { $0.refusals } }
    /// The attempts whose outcome was recorded.
    var attempts: [AttemptEntry] { state.withLock { $0.attempts } }
    /// What searches have looked at, in this order.
    var searched: [SearchedOrder] { state.withLock { $0.searched } }

    func arrange(_ work: VerifyWork) -> VerifyWork { ledger.arrange(work) }
    func arrange(_ work: FetchWork) -> FetchWork { ledger.arrange(work) }
    func arrange(_ work: DeliverWork) { ledger.arrange(work) }
    /// Has another order that is bound to this id already.
    func arrangeOrder(_ id: OrderID) { ledger.arrangeOrder(id, now: Sample.now) }
    /// Records a callback that names an order, with the token of order `n`.
    func record(naming id: OrderID) async throws {
        let claim = CallbackClaim(orderID: id)
        let nonce = try Sample.nonce()
        _ = await ledger.record(
            ReceivedCallback(
                provider: .visengine,
                nonce: nonce,
                claim: claim,
                body: [],
                peer: "192.0.2.1",
                receivedAt: Sample.now
            )
        )
    }

    func failSearching(with error: LedgerError) { state.withLock { $0.searchFailure = error } }
    func failLeasing(_ count: Int) { state.withLock { $0.failingLeases = count } }

    func waitForWork(_ kind: JobKind) async { await ledger.waitForWork(kind) }

    func postpone(
        _ lease: JobLease,
        until due: Timestamp,
        reason: String,
        refusedAt: Timestamp?
    ) async throws(LedgerError) {
        try await ledger.postpone(lease, until: due, reason: reason, refusedAt: refusedAt)
        if refusedAt != nil { state.withLock { $0.refusals += 1 } }
        note(.postponed(until: due))
    }

    func leaseVerifications(limit: Int, now: Timestamp, leaseFor: Duration) async throws(LedgerError) -> [VerifyWork] {
        let isFailing = state.withLock { state in
            state.failingLeases -= 1
            return state.failingLeases >= 0
        }
        if isFailing { throw .storage(doing: "leasing", reason: "the disk is full") }
        return try await ledger.leaseVerifications(limit: limit, now: now, leaseFor: leaseFor)
    }

    func catchUp(spacing: Duration, now: Timestamp) async throws(LedgerError) -> CatchUp {
        try await ledger.catchUp(spacing: spacing, now: now)
    }

    func confirm(
        _ work: VerifyWork,
        reading: Order,
        binding: OrderBinding,
        context: ConfirmationContext
    ) async throws(LedgerError) -> OrderProgress.Advance {
        let advance = try await ledger.confirm(work, reading: reading, binding: binding, context: context)
        note(.confirmed(reading.id, binding))
        return advance
    }

    func rejectCandidate(
        _ id: OrderID,
        of work: VerifyWork,
        reason: String,
        nextPoll: Timestamp
    ) async throws(LedgerError) {
        try await ledger.rejectCandidate(id, of: work, reason: reason, nextPoll: nextPoll)
        note(.rejected(id, nextPoll: nextPoll))
    }

    func park(_ work: VerifyWork, reason: String, now: Timestamp) async throws(LedgerError) {
        try await ledger.park(work, reason: reason, now: now)
        note(.parked)
    }

    func unsearchedIDs(among ids: [OrderID], at provider: ProviderID) async throws(LedgerError) -> [OrderID] {
        if let failure = state.withLock({ $0.searchFailure }) { throw failure }
        return try await ledger.unsearchedIDs(among: ids, at: provider)
    }

    func searchedIDs(for nonce: OrderNonce, at provider: ProviderID) async throws(LedgerError) -> [OrderID] {
        try await ledger.searchedIDs(for: nonce, at: provider)
    }

    func noteSearched(
        _ orders: [SearchedOrder],
        at provider: ProviderID,
        now: Timestamp
    ) async throws(LedgerError) {
        try await ledger.noteSearched(orders, at: provider, now: now)
        state.withLock { $0.searched += orders }
    }

    func leaseFetches(limit: Int, now: Timestamp, leaseFor: Duration) async throws(LedgerError) -> [FetchWork] {
        try await ledger.leaseFetches(limit: limit, now: now, leaseFor: leaseFor)
    }

    func stored(
        _ document: StoredDocument,
        for work: FetchWork,
        routing: DeliveryRouting,
        now: Timestamp
    ) async throws(LedgerError) {
        try await ledger.stored(document, for: work, routing: routing, now: now)
        note(.stored(sha256: document.sha256))
    }

    func quarantined(
        _ document: QuarantinedDocument,
        for work: FetchWork,
        retryAt: Timestamp,
        now: Timestamp
    ) async throws(LedgerError) {
        try await ledger.quarantined(document, for: work, retryAt: retryAt, now: now)
        note(.quarantined(reason: document.reason, retryAt: retryAt))
    }

    func abandonFetch(_ work: FetchWork, reason: String, now: Timestamp) async throws(LedgerError) {
        try await ledger.abandonFetch(work, reason: reason, now: now)
        note(.abandoned(reason: reason))
    }

    func leaseDeliveries(
        room: [SinkName: Int],
        now: Timestamp,
        leaseFor: Duration
    ) async throws(LedgerError) -> [DeliverWork] {
        try await ledger.leaseDeliveries(room: room, now: now, leaseFor: leaseFor)
    }

    func finish(
        _ work: DeliverWork,
        action: DeliveryRetryPolicy.Action,
        attempt: AttemptEntry,
        now: Timestamp
    ) async throws(LedgerError) {
        try await ledger.finish(work, action: action, attempt: attempt, now: now)
        state.withLock { $0.attempts.append(attempt) }
        note(.finished(delivery: work.deliveryID, action))
    }

    private func note(_ event: LedgerEvent) { state.withLock { $0.events.append(event) } }
}
