import BaseKit
import RicevutaCore
import Synchronization
import Visengine

/// What happens while an order is placed, in its order.
enum PlacingEvent: Sendable, Equatable {
    case recorded(OrderNonce, firstPoll: Timestamp)
    case sent(token: String?, isTest: Bool)
    case placed(OrderNonce, OrderID)
    case refused(OrderNonce)
}

/// A ledger, a provider and its catalogue that write down in one list what they are asked, and fail where they are told
/// to.
final class FakePlacing: PlacementLedger, OrderPlacer, Catalogue {
    private let happened = Mutex<[PlacingEvent]>([])
    private let items: [CatalogueItem]
    private let answer: Result<PlacedOrder, CallFailure>
    /// Which of the ledger's calls fail, by number from 0.
    private let failing: Set<Int>
    private let asked = Mutex(0)
    /// What the ledger decides instead of recording.
    private let decision: PlacingDecision?
    private let asking = Mutex<[NewOrder]>([])

    init(
        _ answer: Result<PlacedOrder, CallFailure>,
        items: [CatalogueItem] = [],
        failing: Set<Int> = [],
        decision: PlacingDecision? = nil
    ) {
        self.decision = decision
        self.answer = answer
        self.items = items
        self.failing = failing
    }

    static let failure = LedgerError.storage(doing: "writing", reason: "the disk is full")

    var events: [PlacingEvent] { happened.withLock { $0 } }

    /// What the ledger was asked to record.
    var newOrders: [NewOrder] { asking.withLock { $0 } }

    private func note(_ event: PlacingEvent) { happened.withLock { $0.append(event) } }

    private func fail() throws(LedgerError) {
        let number = asked.withLock { asked in
            asked += 1
            return asked - 1
        }
        if failing.contains(number) { throw Self.failure }
    }

    func placing(
        _ order: NewOrder,
        now: Timestamp,
        firstPoll: Timestamp
    ) async throws(LedgerError) -> PlacingDecision {
        try fail()
        asking.withLock { $0.append(order) }
        if let decision { return decision }
        note(.recorded(order.nonce, firstPoll: firstPoll))
        return .recorded(record(order.nonce))
    }

    func minted(_ nonces: [OrderNonce], for reference: OrderReference, now: Timestamp) async throws(LedgerError) {
        try fail()
    }

    func placed(
        _ nonce: OrderNonce,
        as order: Order,
        price: Price?,
        now: Timestamp
    ) async throws(LedgerError) -> OrderRecord {
        try fail()
        note(.placed(nonce, order.id))
        var record = record(nonce)
        (record.id, record.placement) = (order.id, .placed)
        return record
    }

    func placementRefused(_ nonce: OrderNonce, reason: String, now: Timestamp) async throws(LedgerError) {
        try fail()
        note(.refused(nonce))
    }

    func place(_ placement: OrderPlacement) async throws(CallFailure) -> PlacedOrder {
        note(.sent(token: placement.callback?.data[CallbackEcho.tokenKey]?.string, isTest: placement.isTest))
        return try answer.get()
    }

    func items() async throws(CallFailure) -> [CatalogueItem] { items }

    func item(_ hash: ItemHash) async throws(CallFailure) -> ItemDetail {
        guard let item = items.first(where: { $0.hash == hash }) else {
            throw CallFailure(.notFound, reason: "no catalogue item has this hash")
        }
        return ItemDetail(item: item, fields: [])
    }

    private func record(_ nonce: OrderNonce) -> OrderRecord {
        OrderRecord(
            key: 1,
            provider: .visengine,
            nonce: nonce,
            origin: .placed,
            placement: .pending,
            createdAt: Sample.now
        )
    }
}
