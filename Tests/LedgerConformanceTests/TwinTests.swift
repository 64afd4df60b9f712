import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

/// The engines side by side: whatever is done to them, in whatever order, they say the same.
@Suite(.timeLimit(.minutes(2)))
struct TwinTests {
    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func enginesAgreeOnWhateverHappens(seed: UInt64) async throws {
        try await withLedger(.sqlite) { _, sqlite in
            try await withLedger(.inMemory) { _, inMemory in
                var twins = Twins(sqlite, inMemory, seed: seed)
                for step in 1...120 {
                    let (done, theirs) = try await twins.step()
                    #expect(done.0 == done.1, "step \(step): \(theirs)")
                    let state = try await twins.state()
                    #expect(state.0 == state.1, "after step \(step): \(theirs)")
                    guard done.0 == done.1, state.0 == state.1 else { return }
                }
            }
        }
    }
}

/// Two processes that are told the same, and the work that they have under way.
private struct Twins {
    private var sqlite: LedgerProcess
    private var inMemory: LedgerProcess
    private var random: SeededGenerator
    private var now = Sample.now
    private var sent: [ReceivedCallback] = []
    private var verify: [(VerifyWork, VerifyWork)] = []
    private var fetch: [(FetchWork, FetchWork)] = []
    private var deliver: [(DeliverWork, DeliverWork)] = []

    init(_ sqlite: LedgerProcess, _ inMemory: LedgerProcess, seed: UInt64) {
        self.sqlite = sqlite
        self.inMemory = inMemory
        random = SeededGenerator(seed: seed)
    }

    private static let states: [OrderState?] = [
        nil, .searching, .available, .fulfilled, .cancelled, .unknown("In Pausa"),
    ]

    // MARK: Steps

    /// Does one thing to both.
    ///
    /// - Returns: What each of them answered, and what it was.
    mutating func step() async throws -> (answers: (String, String), what: String) {
        now = now + .milliseconds(pick([0, 500, 5000, 20_000, 400_000, -3000]))
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<7: return try await recordOne()
        case 7..<10: return try await takeReadBacks()
        case 10..<13: return try await endReadBack()
        case 13: return try await takeOthers()
        case 14..<16: return try await endFetch()
        case 16..<18: return try await endDelivery()
        case 18: return try await place()
        default: return try await startAgain()
        }
    }

    private mutating func recordOne() async throws -> (answers: (String, String), what: String) {
        var callback = try Sample.callback(
            pick(["n", "m", nil]),
            id: pick(["id1", "id2", "id3", nil]),
            state: pick(Self.states),
            update: pick([Sample.now, nil]),
            body: pick(["one", "two"]),
            at: now
        )
        // Now and then one is handed over again.
        if let earlier = sent.randomElement(using: &random), Int.random(in: 0..<5, using: &random) == 0 {
            callback = earlier
        } else {
            callback.number = Int64(sent.count + 1)
            sent.append(callback)
        }
        let handed = callback
        return await both("record \(callback.claim) of \(callback.nonce?.rawValue.first ?? "-") at \(now)") {
            "\(await $0.record(handed))"
        }
    }

    private mutating func takeReadBacks() async throws -> (answers: (String, String), what: String) {
        let limit = pick([1, 100])
        let taken = try await (
            sqlite.ledger.leaseVerifications(at: now, limit: limit),
            inMemory.ledger.leaseVerifications(at: now, limit: limit)
        )
        verify += zip(taken.0, taken.1)
        return ((taken.0.map(told).description, taken.1.map(told).description), "take read-backs at \(now)")
    }

    private mutating func endReadBack() async throws -> (answers: (String, String), what: String) {
        guard !verify.isEmpty else { return (("", ""), "no read-back") }
        let work = verify.remove(at: Int.random(in: 0..<verify.count, using: &random))
        let id = try pick([work.0.order.id, work.0.candidates.first].compactMap { $0 } + [Sample.id("id1")])
        let (at, due) = (now, now + .seconds(pick([10, 300])))
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return await both(work, "park") { try await $0.park($1, reason: "not found", now: at) }
        case 1:
            return await both(work, "postpone") { ledger, work in
                try await ledger.postpone(work.lease, until: due, reason: "later", refusedAt: at)
            }
        case 2:
            return await both(work, "reject \(id)") { ledger, work in
                try await ledger.rejectCandidate(id, of: work, reason: "another's", nextPoll: due)
            }
        default:
            let state = pick(Self.states)
            let reading = Order(id: id, state: state, lastUpdate: pick([now, nil]))
            let binding = pick([OrderBinding.bind, .bindIfFree, .refuse])
            let context = try Sample.context("crm", "files", at: now)
            return await both(work, "confirm \(id) as \(state?.name ?? "none") by \(binding)") { ledger, work in
                let advance = try await ledger.confirm(work, reading: reading, binding: binding, context: context)
                return "\(advance)"
            }
        }
    }

    private mutating func takeOthers() async throws -> (answers: (String, String), what: String) {
        let fetches = try await (sqlite.ledger.leaseFetches(at: now), inMemory.ledger.leaseFetches(at: now))
        let deliveries = try await (
            sqlite.ledger.leaseDeliveries(at: now, limit: 2), inMemory.ledger.leaseDeliveries(at: now, limit: 2)
        )
        fetch += zip(fetches.0, fetches.1)
        deliver += zip(deliveries.0, deliveries.1)
        let said = { (fetches: [FetchWork], deliveries: [DeliverWork]) in
            "\(fetches.map { "\($0.order) \($0.lease.attempt)" }) \(deliveries.map { "\($0.notification)" })"
        }
        return ((said(fetches.0, deliveries.0), said(fetches.1, deliveries.1)), "take fetches and deliveries")
    }

    private mutating func endFetch() async throws -> (answers: (String, String), what: String) {
        guard !fetch.isEmpty else { return (("", ""), "no fetch") }
        let work = fetch.removeFirst()
        let (at, due) = (now, now + .seconds(30))
        let routing = try Sample.routing(["crm"])
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return await both(work, "give up") { try await $0.abandonFetch($1, reason: "too large", now: at) }
        case 1:
            let damaged = QuarantinedDocument(reason: "wrong length", path: pick(["a", "b"]), size: 3)
            return await both(work, "quarantine") { ledger, work in
                try await ledger.quarantined(damaged, for: work, retryAt: due, now: at)
            }
        default:
            return await both(work, "store") { ledger, work in
                try await ledger.stored(Sample.document, for: work, routing: routing, now: at)
            }
        }
    }

    private mutating func endDelivery() async throws -> (answers: (String, String), what: String) {
        guard !deliver.isEmpty else { return (("", ""), "no delivery") }
        let work = deliver.removeFirst()
        let action = pick([
            DeliveryRetryPolicy.Action.complete, .deadLetter(reason: "400"), .retry(after: .seconds(5), reason: "503"),
        ])
        let at = now
        return await both(work, "\(action)") { try await $0.finish($1, action: action, now: at) }
    }

    private mutating func place() async throws -> (answers: (String, String), what: String) {
        let nonce = try Sample.nonce(pick(["n", "m"]))
        let item = try Sample.item()
        let key = IdempotencyKey(rawValue: pick(["k1", "k2"]))
        let content = Array(pick(["a", "b"]).utf8)
        let order = Order(id: try Sample.id(pick(["id1", "id2"])), state: nil)
        let at = now
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
            return await both("place \(nonce)") { ledger in
                let due = at + .seconds(60)
                let order = NewOrder(
                    nonce: nonce,
                    provider: .visengine,
                    item: item,
                    key: key,
                    content: content,
                    price: Price(thousandths: 5000),
                    dailyLimit: Price(thousandths: 12_000)
                )
                return "\(try await ledger.placing(order, now: at, firstPoll: due))"
            }
        case 1: return await both("placed \(nonce)") { "\(try await $0.placed(nonce, as: order, now: at))" }
        default:
            return await both("refuse \(nonce)") { ledger in
                try await ledger.placementRefused(nonce, reason: "400", now: at)
                return ""
            }
        }
    }

    private mutating func startAgain() async throws -> (answers: (String, String), what: String) {
        let isCrash = Bool.random(using: &random)
        if isCrash {
            (sqlite, inMemory) = try (sqlite.afterCrash(), inMemory.afterCrash())
        } else {
            (sqlite, inMemory) = try await (sqlite.restarted(), inMemory.restarted())
        }
        return (("", ""), isCrash ? "crash" : "restart")
    }

    // MARK: Saying what there is

    /// All that can be read from each of them.
    func state() async throws -> (String, String) {
        try await (Self.state(of: sqlite.ledger, now), Self.state(of: inMemory.ledger, now))
    }

    private static func state(of ledger: any LedgerStore, _ now: Timestamp) async throws -> String {
        var lines: [String] = []
        for order in try await ledger.orders(OrderQuery()) {
            lines.append("\(order)")
            lines += try await ledger.callbacks(ofOrder: order.key, limit: 1000).map { "\($0)" }
            let work = try await ledger.work(ofOrder: order.key)
            lines.append("\(work.problem ?? "-") \(work.jobs.map { "\($0)" }.sorted())")
        }
        lines += try await ledger.documents(ofOrder: nil, limit: 100).map { "\($0)" }.sorted()
        lines += try await ledger.deliveries(DeliveryQuery(limit: 1000)).map { delivery in
            var delivery = delivery
            delivery.id = ""  // At random.
            return "\(delivery)"
        }
        let summary = try await ledger.summary(now: now)
        // Callbacks are listed above: their counts may be some seconds old where counting took long.
        lines.append("\(summary.spentToday)")
        lines.append("\(summary.jobsByKind.sorted { $0.key < $1.key })")
        lines.append("\(summary.oldestDueMilliseconds.sorted { $0.key < $1.key })")
        return lines.joined(separator: "\n")
    }

    private func told(_ work: VerifyWork) -> String {
        "\(work.order) \(work.candidates) \(work.trigger) \(work.lease.attempt) \(work.lease.refusals)"
    }

    // MARK: Doing it to both

    private func both(
        _ what: String,
        _ body: (any LedgerStore) async throws -> String
    ) async -> (answers: (String, String), what: String) {
        ((await said { try await body(sqlite.ledger) }, await said { try await body(inMemory.ledger) }), what)
    }

    private func both<Work>(
        _ work: (Work, Work),
        _ what: String,
        _ body: (any LedgerStore, Work) async throws -> String
    ) async -> (answers: (String, String), what: String) {
        (
            (
                await said { try await body(sqlite.ledger, work.0) },
                await said { try await body(inMemory.ledger, work.1) }
            ), what
        )
    }

    private func both<Work>(
        _ work: (Work, Work),
        _ what: String,
        _ body: (any LedgerStore, Work) async throws -> Void
    ) async -> (answers: (String, String), what: String) {
        await both(work, what) { ledger, work in
            try await body(ledger, work)
            return "done"
        }
    }

    private func said(_ body: () async throws -> String) async -> String {
        do { return try await body() } catch { return "\(error)" }
    }

    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &random)]
    }
}
