import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1)))
struct InspectionTests {
    /// A question about orders, and the answer in a ledger with one order in each state.
    struct Question: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let query: OrderQuery
        let nonces: String
    }

    private static let odd = OrderState.unknown("In Pausa")
    private static let states: [(nonce: Character, state: OrderState)] = [
        ("s", .searching), ("a", .available), ("f", .fulfilled), ("c", .cancelled), ("u", odd),
    ]

    static let questions = [
        Question(testDescription: "all", query: OrderQuery(), nonces: "rpucfas"),
        Question(testDescription: "the newest two", query: OrderQuery(limit: 2), nonces: "rp"),
        Question(testDescription: "none", query: OrderQuery(limit: 0), nonces: ""),
        Question(testDescription: "searching", query: OrderQuery(state: .searching), nonces: "s"),
        Question(testDescription: "cancelled", query: OrderQuery(state: .cancelled), nonces: "c"),
        Question(testDescription: "processing", query: OrderQuery(state: .processing), nonces: ""),
        Question(testDescription: "odd", query: OrderQuery(state: .unknown("in pausa"), limit: 1), nonces: "u"),
        Question(testDescription: "odd in another way", query: OrderQuery(state: .unknown("x")), nonces: ""),
        Question(testDescription: "open", query: OrderQuery(isOpen: true), nonces: "pufas"),
        Question(testDescription: "of an item", query: OrderQuery(item: "item1"), nonces: "rp"),
        Question(testDescription: "of an item by a part of its name", query: OrderQuery(item: "SURA"), nonces: "rp"),
        Question(testDescription: "of no item", query: OrderQuery(item: "V%a"), nonces: ""),
        Question(testDescription: "recorded then", query: OrderQuery(since: Sample.now), nonces: "rpucfas"),
        Question(testDescription: "later", query: OrderQuery(since: Sample.now + .milliseconds(1)), nonces: ""),
        Question(testDescription: "the next page", query: OrderQuery(before: 6, limit: 2), nonces: "uc"),
        Question(
            testDescription: "finished, but for the document",
            query: OrderQuery(state: .fulfilled, isOpen: true),
            nonces: "f"
        ),
    ]

    @Test(arguments: LedgerKind.allCases, questions)
    func listsOrders(_ kind: LedgerKind, _ question: Question) async throws {
        try await withLedger(kind) { ledger, _ in
            for (nonce, state) in Self.states {
                try await ledger.confirmed(state, nonce: nonce, id: "id\(nonce)")
            }
            try await ledger.placing("p")
            try await ledger.placing("r")
            try await ledger.placementRefused(try Sample.nonce("r"), reason: "no", now: Sample.now)

            let orders = try await ledger.orders(question.query)

            #expect(orders.compactMap { $0.nonce?.rawValue.first } == Array(question.nonces))
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func findsAnOrderByEachOfItsNames(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            let order = try await ledger.confirmed(.searching)
            _ = await ledger.record(try Sample.callback(nil, id: "claimed"))

            for name in ["id1", try Sample.nonce().rawValue, String(order.key)] {
                #expect(try await ledger.order(named: name) == order, "\(name)")
            }
            #expect(try await ledger.order(named: "claimed")?.nonce == nil)
            for name in ["", "id", "99", "'", "id1 ", "%"] {
                #expect(try await ledger.order(named: name) == nil, "\(name)")
            }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func findsAnOrderByTheBeginningOfItsNames(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.searching, nonce: "a", id: "6b0a87f6aaaaaaaaaaaaaaaa")
            try await ledger.confirmed(.searching, nonce: "b", id: "6b0a87f7bbbbbbbbbbbbbbbb")
            try await ledger.placing("p")

            for name in ["6b0a87f6", "6B0A87F6", "6b0a87f6aaaaaaaaaaaaaaaa", "6B0A87F6AAAAAAAAAAAAAAAA", "aaaa"] {
                #expect(try await ledger.order(named: name)?.nonce == Sample.nonce("a"), "\(name)")
            }
            #expect(try await ledger.order(named: "pppp")?.nonce == Sample.nonce("p"))
            for name in ["6b0", "6b0a87f8", "PPPP", "6b0a87f6aaaaaaaaaaaaaaaaa", "aaaa%", "6b0~"] {
                #expect(try await ledger.order(named: name) == nil, "\(name)")
            }
            let both = ["6b0a87f6aaaaaaaaaaaaaaaa", "6b0a87f7bbbbbbbbbbbbbbbb"]
            await expect(.ambiguous(what: "order", name: "6b0a", candidates: both)) {
                try await ledger.order(named: "6b0a")
            }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func prefersTheProvidersIDToTheLedgersNumber(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.searching, nonce: "a", id: "2")
            try await ledger.confirmed(.searching, nonce: "b", id: "1")

            #expect(try await ledger.order(named: "1")?.nonce == Sample.nonce("b"))
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func listsDeliveries(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            let first = try await ledger.confirmed(.searching, nonce: "a", id: "ida", sinks: "crm", "files")
            try await ledger.confirmed(.searching, nonce: "b", id: "idb", sinks: "crm")
            let works = try await ledger.leaseDeliveries()
            try await ledger.finish(works[0], action: .complete, now: Sample.now)
            try await ledger.finish(works[1], action: .deadLetter(reason: "status 400"), now: Sample.now)
            let crm = try Sample.sink()
            let list = { (query: DeliveryQuery) async throws in
                try await ledger.deliveries(query).map { "\($0.notification.orderID) \($0.sink)" }
            }

            #expect(try await list(DeliveryQuery()) == ["idb crm", "ida files", "ida crm"])
            #expect(try await list(DeliveryQuery(limit: 1)) == ["idb crm"])
            #expect(try await list(DeliveryQuery(sink: crm)) == ["idb crm", "ida crm"])
            #expect(try await list(DeliveryQuery(orderKey: first.key)) == ["ida files", "ida crm"])
            #expect(try await list(DeliveryQuery(states: [.pending])) == ["ida files"])
            #expect(try await list(DeliveryQuery(states: [.dead])) == ["idb crm"])
            #expect(try await list(DeliveryQuery(states: [.dead, .delivered])) == ["idb crm", "ida crm"])
            #expect(try await list(DeliveryQuery(states: [.dead], sink: crm, orderKey: first.key)) == [])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func listsDocumentsNewestFirst(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            for (number, nonce) in "abc".enumerated() {
                try await ledger.confirmed(.fulfilled, nonce: nonce, id: "id\(nonce)")
                let now = Sample.now + .seconds(number)
                let work = try #require(try await ledger.leaseFetches().first)
                try await ledger.stored(Sample.document, for: work, routing: DeliveryRouting([]), now: now)
            }
            let key = try await ledger.order("b").key

            #expect(try await ledger.documents(ofOrder: nil, limit: 2).map(\.orderID?.rawValue) == ["idc", "idb"])
            #expect(try await ledger.documents(ofOrder: key, limit: 9).map(\.orderID?.rawValue) == ["idb"])
            #expect(try await ledger.documents(ofOrder: 99, limit: 9) == [])
            func list(_ query: DocumentQuery) async throws -> [String?] {
                try await ledger.documents(query).map(\.orderID?.rawValue)
            }
            #expect(try await list(DocumentQuery(since: Sample.now + .seconds(1))) == ["idc", "idb"])
            #expect(try await list(DocumentQuery(item: "no such")) == [])
            let newest = try #require(try await ledger.documents(DocumentQuery(limit: 1)).first)
            let place = try #require(DocumentQuery.Place("\(DocumentQuery.Place(of: newest))"))
            #expect(try await list(DocumentQuery(before: place)) == ["idb", "ida"])
            #expect(try await list(DocumentQuery(orderKey: key, before: place)) == ["idb"])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func countsEverything(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            #expect(try await ledger.summary(now: Sample.now) == LedgerSummary())
            try await ledger.confirmed(.available, nonce: "a", id: "ida", sinks: "crm", "files")
            try await ledger.confirmed(Self.odd, nonce: "b", id: "idb")
            _ = await ledger.record(try Sample.callback("c"))
            _ = await ledger.record(try Sample.callback("c"))
            let work = try #require(try await ledger.leaseDeliveries().first)
            try await ledger.finish(work, action: .deadLetter(reason: "status 400"), now: Sample.now)

            let summary = try await ledger.summary(now: Sample.now + .seconds(2))

            let (crm, files) = (try Sample.sink("crm"), try Sample.sink("files"))
            #expect(
                summary
                    == LedgerSummary(
                        callbacks: 3,
                        callbacksByVerdict: ["confirmed": 2, "waiting": 1],
                        ordersByState: ["available": 1, "unknown:inpausa": 1, "unread": 1],
                        oldestOpenOrder: Sample.now,
                        deliveriesByState: ["pending": 1, "dead": 1],
                        jobsByKind: ["verify": 3, "fetch": 1, "deliver": 1],
                        oldestDueMilliseconds: ["verify": 2000, "fetch": 2000, "deliver": 2000],
                        sinks: [
                            crm: SinkSummary(dead: 1, oldestDead: Sample.now),
                            files: SinkSummary(
                                waiting: 1,
                                oldestWaiting: Sample.now,
                                nextAttempt: Sample.now
                            ),
                        ]
                    )
            )
        }
    }
}
