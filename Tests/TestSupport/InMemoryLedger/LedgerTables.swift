import BaseKit
import RicevutaCore
import Visengine

/// What a ledger keeps: a value, so that a change that fails leaves nothing of itself.
struct LedgerTables {
    struct OrderRow {
        var record: OrderRecord
        /// The id that a callback without a token opened the row for.
        var claimedID: OrderID?
        var lastAsked: Timestamp?
        var allowance = ReadBackPlan.Allowance()
        var candidates = CandidateList()
        /// The most bytes that an operator allowed its document.
        var maxDocumentBytes: Int64?
        var problem: String?
        /// The trace that its last callback with one belonged to.
        var trace: TraceParent?
        /// How it was bought; `nil` for one that was placed elsewhere.
        var purchase: Purchase?
        /// What has changed of it.
        var history: [OrderChange] = []
        /// What its searches have found, while one of the results has to be chosen.
        var searches: [Search] = []
    }

    struct Purchase {
        let day: CivilDay
        let key: IdempotencyKey?
        let mark: String?
    }

    struct CallbackRow {
        let callback: ReceivedCallback
        let origin: CallbackID
        let fact: [UInt8]
        var order: Int64?
        var verdict = CallbackVerdict.waiting
        var problem: String?
        var repeats = 0
        var hasBody = true
    }

    struct Told {
        var notification: Notification
        /// The order's row, which may be another than when it was told.
        var order: Int64
    }

    struct DeliveryRow {
        let id: String
        let notification: Int
        let sink: SinkName
        var state = DeliveryState.pending
        var attempts = 0
        var lastError: String?
        let replayOf: String?
        let createdAt: Timestamp
    }

    struct DocumentRow {
        var order: Int64
        var document: StoredDocument?
        var quarantined: QuarantinedDocument?
        var recordedAt: Timestamp
    }

    struct Wake {
        let kind: JobKind
        let delay: Duration
    }

    let rules: LedgerRules
    /// The process that holds the ledger.
    var holder: LeaseHolder
    /// When a job was scheduled or leased last; `nil` when it has to be looked up.
    var latestSchedule: Timestamp?
    /// What to wake once the change is made.
    var wakes: [Wake] = []

    var orders: [Int64: OrderRow] = [:]
    private var newestOrder: Int64 = 0
    var callbacks: [Int64: CallbackRow] = [:]
    /// The callback of each fact.
    var facts: [[UInt8]: Int64] = [:]
    /// The entry of each callback that has a number.
    var entries: [CallbackID: Int64] = [:]
    var newestCallback: Int64 = 0
    /// How far each receiver's journal was handed over.
    var handedOver: [ReceiverID: Int64] = [:]
    var jobs: [JobID: Job] = [:]
    var told: [Told] = []
    var deliveries: [DeliveryRow] = []
    var documents: [DocumentRow] = []
    /// What orders will be called whose tokens were minted.
    var minted: [OrderNonce: OrderReference] = [:]
    var searched: [ProviderID: [OrderID: OrderNonce?]] = [:]
    var disabledSinks: [SinkName: SinkSummary.Stop] = [:]
    var pausedSinks: [SinkName: SinkSummary.Stop] = [:]
    /// The attempts of each delivery, by its place, oldest first.
    var attempts: [Int: [AttemptEntry]] = [:]

    init(rules: LedgerRules, receiver: ReceiverID) {
        self.rules = rules
        holder = LeaseHolder(receiver: receiver, boot: 1)
    }

    /// The tables as the next process finds them.
    func nextBoot(as receiver: ReceiverID) -> LedgerTables {
        var next = self
        next.holder = LeaseHolder(receiver: receiver, boot: holder.boot + 1)
        next.latestSchedule = nil
        return next
    }

    // MARK: Orders

    func order(nonce: OrderNonce) -> OrderRow? { orders.values.first { $0.record.nonce == nonce } }

    /// The order of a provider that the id is bound to, else the one that a callback without a token opened for it.
    func order(id: OrderID, at provider: ProviderID) -> OrderRow? {
        let all = orders.values.filter { $0.record.provider == provider }
        return all.first { $0.record.id == id } ?? all.first { $0.claimedID == id }
    }

    func row(_ key: Int64) throws -> OrderRow {
        guard let row = orders[key] else { throw LedgerError.notFound(what: "order", name: String(key)) }
        return row
    }

    func known(_ nonce: OrderNonce) throws -> OrderRow {
        guard let row = order(nonce: nonce) else {
            throw LedgerError.notFound(what: "order with nonce", name: nonce.rawValue)
        }
        return row
    }

    mutating func addOrder(
        at provider: ProviderID,
        nonce: OrderNonce?,
        claimedID: OrderID? = nil,
        origin: OrderRecord.Origin = .external,
        item: ItemHash? = nil,
        itemName: String? = nil,
        now: Timestamp
    ) -> Int64 {
        newestOrder += 1
        let record = OrderRecord(
            key: newestOrder,
            provider: provider,
            nonce: nonce,
            origin: origin,
            placement: .pending,
            item: item,
            itemName: itemName,
            reference: nonce.flatMap { minted[$0] },
            createdAt: now
        )
        orders[newestOrder] = OrderRow(record: record, claimedID: claimedID)
        return newestOrder
    }

    /// The order that was bought under a key, with the mark of its content; one that the provider rejected counts as
    /// none.
    func order(boughtUnder key: IdempotencyKey) -> (order: OrderRecord, mark: String)? {
        let rows = orders.values.filter { $0.purchase?.key == key && $0.record.placement != .refused }
        return rows.min { $0.record.key < $1.record.key }.map { ($0.record, $0.purchase?.mark ?? "") }
    }

    /// What the orders of the day cost.
    func spending(on now: Timestamp) -> OrderSpending {
        let day = ItalianCalendar.day(of: now)
        let rows = orders.values.filter { $0.purchase?.day == day && $0.record.placement != .refused }
        let prices = rows.compactMap(\.record.price)
        return OrderSpending(
            orders: rows.count,
            total: prices.reduce(Price(thousandths: 0), +),
            unpriced: rows.count - prices.count
        )
    }

    /// Ties an order to the provider's id.
    mutating func bind(_ order: OrderRecord, to id: OrderID, isProven: Bool) throws -> OrderRecord {
        let other = self.order(id: id, at: order.provider)?.record
        guard let merge = try OrderMerge.decide(order, id: id, isProven: isProven, other: other) else { return order }
        if let absorbed = merge.absorbed { move(absorbed, into: merge.order.key) }
        orders[merge.order.key]?.record = merge.order
        orders[merge.order.key]?.candidates = CandidateList()
        return merge.order
    }

    /// Keeps what a step has changed of an order, if anything.
    mutating func keep(_ change: OrderChange?, of order: Int64) {
        if let change { orders[order]?.history.append(change) }
    }

    /// Moves all that hangs on one order to another, and removes it.
    private mutating func move(_ key: Int64, into other: Int64) {
        for index in told.indices where told[index].order == key { told[index].order = other }
        for index in documents.indices where documents[index].order == key { documents[index].order = other }
        for id in callbacks.keys where callbacks[id]?.order == key { callbacks[id]?.order = other }
        let history = orders[key]?.history ?? []
        orders[other]?.history += history
        jobs[.verify(key)] = nil
        if var fetch = jobs.removeValue(forKey: .fetch(key)), jobs[.fetch(other)] == nil {
            // Its lease is lost, and it is begun again: the archive stores the same bytes once.
            fetch.id = .fetch(other)
            fetch.lease = nil
            jobs[fetch.id] = fetch
        }
        orders[key] = nil
    }
}
