import BaseKit
import RicevutaCore
import Synchronization
import Visengine

/// What a service told its ledger.
enum LedgerEvent: Sendable, Equatable {
    case confirmed(OrderID, OrderBinding)
    case rejected(OrderID, nextPoll: Timestamp)
    case parked
    case postponed(until: Timestamp)
    case stored(sha256: String)
    case quarantined(reason: String, retryAt: Timestamp)
    case abandoned(reason: String)
    case finished(delivery: String, DeliverySchedule.Action)
}

/// A ledger that hands out the work it was given and keeps what it was told.
final class FakeLedger: VerificationLedger, FetchLedger, DeliveryLedger {
    private struct State {
        var verify: [VerifyWork] = []
        var deliveries: [DeliverWork] = []
        var refusals = 0
        var events: [LedgerEvent] = []
        var claims = 0
        var failingClaims = 0
        var confirmFailure: LedgerError?
        var searchFailure: LedgerError?
        var bound: Set<OrderID> = []
        var searched: [SearchedOrder] = []
    }

    private let state = Mutex(State())
    private let wakes: [JobKind: (stream: AsyncStream<Void>, wake: AsyncStream<Void>.Continuation)]

    init() {
        wakes = Dictionary(
            uniqueKeysWithValues: JobKind.allCases.map { kind in
                let (stream, wake) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
                return (kind, (stream, wake))
            }
        )
    }

    var events: [LedgerEvent] { state.withLock { $0.events } }
    /// How often it was said that the provider had said no.
    var refusals: Int { state.withLock { $0.refusals } }
    var claims: Int { state.withLock { $0.claims } }

    func add(_ work: VerifyWork) {
        state.withLock { $0.verify.append(work) }
        wakes[.verify]?.wake.yield()
    }

    func add(_ work: DeliverWork) {
        state.withLock { $0.deliveries.append(work) }
        wakes[.deliver]?.wake.yield()
    }

    func bind(_ ids: OrderID...) { state.withLock { $0.bound.formUnion(ids) } }
    func failConfirming(with error: LedgerError) { state.withLock { $0.confirmFailure = error } }
    func failSearching(with error: LedgerError) { state.withLock { $0.searchFailure = error } }
    func failClaims(_ count: Int) { state.withLock { $0.failingClaims = count } }

    func waitForWork(_ kind: JobKind) async {
        guard let stream = wakes[kind]?.stream else { return }
        for await _ in stream { return }
    }

    func postpone(
        _ lease: JobLease,
        until due: Timestamp,
        reason: String,
        refusedAt: Timestamp?
    ) async throws(LedgerError) {
        if refusedAt != nil { state.withLock { $0.refusals += 1 } }
        note(.postponed(until: due))
    }

    func claimVerify(limit: Int, now: Timestamp, leaseFor: Duration) async throws(LedgerError) -> [VerifyWork] {
        let claimed: [VerifyWork]? = state.withLock { state in
            state.claims += 1
            if state.failingClaims > 0 {
                state.failingClaims -= 1
                return nil
            }
            let claimed = Array(state.verify.prefix(limit))
            state.verify.removeFirst(claimed.count)
            return claimed
        }
        guard let claimed else {
            wakes[.verify]?.wake.yield()
            throw .storage(doing: "claiming", reason: "the disk is full")
        }
        return claimed
    }

    func confirm(
        _ work: VerifyWork,
        reading: Order,
        binding: OrderBinding,
        context: ConfirmationContext
    ) async throws(LedgerError) -> OrderProgress.Advance {
        if let failure = state.withLock({ $0.confirmFailure }) { throw failure }
        note(.confirmed(reading.id, binding))
        return OrderProgress.advance(
            work.order,
            by: reading,
            trigger: work.trigger,
            now: context.now,
            schedule: context.schedule
        )
    }

    func rejectCandidate(
        _ id: OrderID,
        of work: VerifyWork,
        reason: String,
        nextPoll: Timestamp
    ) async throws(LedgerError) {
        note(.rejected(id, nextPoll: nextPoll))
    }

    func park(_ work: VerifyWork, reason: String, now: Timestamp) async throws(LedgerError) { note(.parked) }

    /// What searches have looked at, in this order.
    var searched: [SearchedOrder] { state.withLock { $0.searched } }

    func unsearchedIDs(among ids: [OrderID]) async throws(LedgerError) -> [OrderID] {
        if let failure = state.withLock({ $0.searchFailure }) { throw failure }
        let known = state.withLock { $0.bound.union($0.searched.map(\.id)) }
        return ids.filter { !known.contains($0) }
    }

    func searchedIDs(for nonce: OrderNonce) async throws(LedgerError) -> [OrderID] {
        searched.filter { $0.nonce == nonce }.map(\.id)
    }

    func noteSearched(_ orders: [SearchedOrder], now: Timestamp) async throws(LedgerError) {
        state.withLock { $0.searched += orders }
    }

    func claimFetch(limit: Int, now: Timestamp, leaseFor: Duration) async throws(LedgerError) -> [FetchWork] { [] }

    func stored(
        _ document: StoredDocument,
        for work: FetchWork,
        routing: DeliveryRouting,
        now: Timestamp
    ) async throws(LedgerError) {
        note(.stored(sha256: document.sha256))
    }

    func quarantined(
        _ document: QuarantinedDocument,
        for work: FetchWork,
        retryAt: Timestamp,
        now: Timestamp
    ) async throws(LedgerError) {
        note(.quarantined(reason: document.reason, retryAt: retryAt))
    }

    func abandonFetch(_ work: FetchWork, reason: String, now: Timestamp) async throws(LedgerError) {
        note(.abandoned(reason: reason))
    }

    func claimDeliveries(
        room: [SinkName: Int],
        now: Timestamp,
        leaseFor: Duration
    ) async throws(LedgerError) -> [DeliverWork] {
        state.withLock { state in
            state.claims += 1
            var room = room
            var claimed: [DeliverWork] = []
            state.deliveries.removeAll { work in
                guard let left = room[work.sink], left > 0 else { return false }
                room[work.sink] = left - 1
                claimed.append(work)
                return true
            }
            return claimed
        }
    }

    func finish(_ work: DeliverWork, action: DeliverySchedule.Action, now: Timestamp) async throws(LedgerError) {
        note(.finished(delivery: work.deliveryID, action))
    }

    private func note(_ event: LedgerEvent) { state.withLock { $0.events.append(event) } }
}
