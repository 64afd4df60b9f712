import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

/// What a ledger decides before an order is sent, and what it keeps of how the order was bought.
@Suite(.timeLimit(.minutes(1)))
struct PlacingTests {
    private func order(
        _ nonce: Character,
        key: String? = nil,
        content: String = "a",
        price: Int64? = 5000,
        limit: Int64? = nil,
        reference: String? = nil
    ) throws -> NewOrder {
        NewOrder(
            nonce: try Sample.nonce(nonce),
            provider: .visengine,
            item: try Sample.item(),
            itemName: "Visura",
            reference: reference.flatMap(OrderReference.init(rawValue:)),
            key: key.flatMap(IdempotencyKey.init(rawValue:)),
            content: Array(content.utf8),
            price: price.map(Price.init(thousandths:)),
            dailyLimit: limit.map(Price.init(thousandths:))
        )
    }

    private func place(
        _ order: NewOrder,
        in ledger: any LedgerStore,
        at now: Timestamp = Sample.now
    ) async throws -> PlacingDecision {
        try await ledger.placing(order, now: now, firstPoll: now + .seconds(60))
    }

    // MARK: References

    @Test(arguments: LedgerKind.allCases)
    func keepsTheCallersReferenceAndTellsItDownstream(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            let reference = try #require(OrderReference(rawValue: "Pratica 7/2026"))
            let recorded = try await ledger.record(try order("n", reference: reference.rawValue))
            #expect(recorded.reference == reference)
            try await ledger.placing("o")
            try await ledger.confirmed(.processing, nonce: "n", id: "id1", sinks: "crm")
            try await ledger.confirmed(.processing, nonce: "o", id: "id2", sinks: "crm")

            try await withLedgerAfterCrash(of: process) { ledger in
                let found = try await ledger.orders(OrderQuery(reference: reference))
                #expect(found.map(\.id?.rawValue) == ["id1"])
                let told = try await ledger.deliveries(DeliveryQuery())
                #expect(told.map(\.notification.reference) == [nil, reference])
                let filtered = try await ledger.deliveries(DeliveryQuery(reference: reference))
                #expect(filtered.map(\.notification.orderID.rawValue) == ["id1"])
                #expect(try await ledger.leaseDeliveries().map(\.notification.reference).contains(reference))
            }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func anOrderThatComesWithAMintedTokenHasItsReference(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            let reference = try #require(OrderReference(rawValue: "case-7"))
            try await ledger.minted([Sample.nonce("a"), Sample.nonce("b")], for: reference, now: Sample.now)
            #expect(try await ledger.orders(OrderQuery()) == [], "a token is no order")

            try await withLedgerAfterCrash(of: process) { ledger in
                try await ledger.confirmed(.processing, nonce: "a", id: "ida", sinks: "crm")
                _ = await ledger.record(try Sample.callback("c", id: "idc"))

                #expect(try await ledger.order("a").reference == reference)
                #expect(try await ledger.order("a").origin == .external)
                #expect(try await ledger.order("c").reference == nil)
                #expect(try await ledger.deliveries(DeliveryQuery()).map(\.notification.reference) == [reference])
            }
        }
    }

    // MARK: Idempotency keys

    @Test(arguments: LedgerKind.allCases)
    func anotherOrderUnderTheSameKeyIsNotRecorded(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            let first = try await ledger.record(try order("a", key: "k"))

            try await withLedgerAfterCrash(of: process) { ledger in
                #expect(try await place(order("b", key: "k"), in: ledger) == .earlier(first))
                #expect(try await place(order("b", key: "k", content: "b"), in: ledger) == .keyInUse(by: first))
                #expect(try await ledger.orders(OrderQuery()).count == 1)
                #expect(try await ledger.leaseVerifications(at: Sample.now + .seconds(9000)).count == 1)
                for other in [try order("b", key: "l"), try order("c"), try order("d")] {
                    try await ledger.record(other)
                }
                #expect(try await ledger.orders(OrderQuery()).count == 4)
            }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func aRepeatedOrderIsFoundAsItIsNow(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.record(try order("n", key: "k", price: 9000, limit: 10_000))
            let confirmed = try await ledger.confirmed(.processing)

            let again = try order("o", key: "k", price: 9000, limit: 10_000)
            #expect(try await place(again, in: ledger) == .earlier(confirmed), "whatever was spent meanwhile")
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func aRejectedOrderGivesItsKeyBack(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.record(try order("a", key: "k"))
            try await ledger.placementRefused(try Sample.nonce("a"), reason: "no credit", now: Sample.now)

            let second = try await ledger.record(try order("b", key: "k", content: "other"))

            #expect(try await place(order("c", key: "k", content: "other"), in: ledger) == .earlier(second))
            #expect(try await place(order("c", key: "k"), in: ledger) == .keyInUse(by: second))
        }
    }

    // MARK: Spending

    @Test(arguments: LedgerKind.allCases)
    func noMoreIsSpentOnADayThanTheLimit(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            try await ledger.record(try order("a", price: 5000, limit: 10_000))
            try await ledger.record(try order("b", price: nil))
            var spent = OrderSpending(orders: 2, total: Price(thousandths: 5000), unpriced: 1)

            try await withLedgerAfterCrash(of: process) { ledger in
                for price in [5001, nil] as [Int64?] {
                    let decision = try await place(order("c", price: price, limit: 10_000), in: ledger)
                    #expect(decision == .overLimit(spent: spent))
                }
                #expect(try await ledger.summary(now: Sample.now).spentToday == spent)
                #expect(try await ledger.orders(OrderQuery()).count == 2)

                try await ledger.record(try order("c", price: 5000, limit: 10_000))
                try await ledger.record(try order("d", price: 5000))
                spent = OrderSpending(orders: 4, total: Price(thousandths: 15_000), unpriced: 1)
                #expect(try await ledger.summary(now: Sample.now).spentToday == spent, "all counts")

                try await ledger.placementRefused(try Sample.nonce("d"), reason: "no", now: Sample.now)
                let left = OrderSpending(orders: 3, total: Price(thousandths: 10_000), unpriced: 1)
                #expect(try await ledger.summary(now: Sample.now).spentToday == left, "but what was rejected")
            }
        }
    }

    /// 2027-01-15 in Rome ends at 23:00 by UTC.
    @Test(arguments: LedgerKind.allCases)
    func theDayIsRomes(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            let midnight = Timestamp(seconds: CivilDay(year: 2027, month: 1, day: 15).number * 86_400 + 23 * 3600)
            let evening = midnight - .milliseconds(1)
            try await ledger.record(try order("a", price: 5000, limit: 5000), at: evening)

            let tooMuch = try await place(order("b", price: 1, limit: 5000), in: ledger, at: evening)
            #expect(tooMuch == .overLimit(spent: OrderSpending(orders: 1, total: Price(thousandths: 5000))))
            #expect(try await ledger.summary(now: midnight).spentToday == OrderSpending())
            try await ledger.record(try order("b", price: 5000, limit: 5000), at: midnight)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func whatTheProviderChargesReplacesWhatTheCatalogueSaid(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            try await ledger.record(try order("a", price: 5000))
            try await ledger.record(try order("b", price: nil))
            for (nonce, id) in [("a", "ida"), ("b", "idb")] as [(Character, String)] {
                let placed = try await ledger.placed(
                    try Sample.nonce(nonce),
                    as: Sample.reading(nil, id: id),
                    price: Price(thousandths: 6000),
                    now: Sample.now
                )
                #expect(placed.price == Price(thousandths: 6000))
            }

            try await withLedgerAfterCrash(of: process) { ledger in
                let spent = OrderSpending(orders: 2, total: Price(thousandths: 12_000))
                let summary = try await ledger.summary(now: Sample.now)
                #expect(summary.spentToday == spent)
                #expect(try await ledger.order("b").price == Price(thousandths: 6000))
            }
        }
    }
}
