import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

/// How an order's token and the provider's id come together.
@Suite(.timeLimit(.minutes(1)))
struct BindingTests {
    @Test(arguments: LedgerKind.allCases)
    func takesTheAnswerAfterTheCallback(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            let placing = try await ledger.placing()
            _ = await ledger.record(try Sample.callback(state: .searching))
            let work = try #require(try await ledger.leaseVerifications().first)
            #expect(work.order.key == placing.key)
            let reading = try Sample.reading(.searching)
            _ = try await ledger.confirm(work, reading: reading, binding: .bind, context: Sample.context())

            let placed = try await ledger.placed(try Sample.nonce(), as: reading, now: Sample.now)

            #expect(placed.key == placing.key)
            #expect(placed.id == reading.id)
            #expect(placed.state == .searching, "what the callback led to stays")
            #expect(placed.item == (try Sample.item()))
            #expect(try await ledger.orders(OrderQuery()) == [placed])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func takesTheCallbackAfterTheAnswer(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.placing()
            let placed = try await ledger.placed(try Sample.nonce(), as: Sample.reading(nil), now: Sample.now)
            #expect(placed.placement == .placed)
            #expect(placed.state == nil, "only a read-back gives a state")

            let order = try await ledger.confirmed(.available)

            #expect(order.key == placed.key)
            #expect(order.origin == .placed)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func mergesACallbackWithoutATokenIntoTheOrderItWasAbout(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            _ = await ledger.record(try Sample.callback(nil, state: .available))
            let work = try #require(try await ledger.leaseVerifications().first)
            let reading = try Sample.reading(.available)
            _ = try await ledger.confirm(work, reading: reading, binding: .bindIfFree, context: Sample.context("crm"))
            let fetch = try #require(try await ledger.leaseFetches().first)
            let placing = try await ledger.placing()

            let placed = try await ledger.placed(try Sample.nonce(), as: reading, now: Sample.now)

            #expect(placed.key == placing.key)
            #expect(placed.state == .available)
            #expect(placed.document == .due)
            #expect(try await ledger.orders(OrderQuery()) == [placed])
            #expect(try await ledger.callbacks().map(\.verdict) == [.confirmed])
            let deliveries = try await ledger.deliveries(DeliveryQuery(orderKey: placed.key))
            #expect(deliveries.map(\.notification.type) == [.orderUpdated])
            await expect(.leaseLost(job: fetch.lease.job)) {
                try await ledger.abandonFetch(fetch, reason: "late", now: Sample.now)
            }
            #expect(try await ledger.leaseFetches().map(\.order.key) == [placed.key], "the fetch begins again, once")
            let again = await ledger.record(try Sample.callback(nil, state: .available))
            #expect(!again.isRecorded, "a fact that moved is still known")
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func mergesWhenTheAPIShowsTheToken(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            _ = await ledger.record(try Sample.callback(nil, state: .searching))
            try await ledger.placing()
            _ = await ledger.record(try Sample.callback("n", state: .available))
            let works = try await ledger.leaseVerifications()
            let work = try #require(works.first { $0.order.nonce != nil })
            let other = try #require(works.first { $0.order.nonce == nil })

            let reading = try Sample.reading(.available)
            _ = try await ledger.confirm(work, reading: reading, binding: .bind, context: Sample.context())

            #expect(try await ledger.orders(OrderQuery()).map(\.key) == [work.order.key])
            #expect(try await ledger.callbacks().count == 2)
            await expect(.leaseLost(job: other.lease.job)) {
                try await ledger.confirm(other, reading: reading, binding: .bindIfFree, context: Sample.context())
            }
            #expect(try await ledger.summary(now: Sample.now).jobsByKind == ["verify": 1, "fetch": 1])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func bindsNothingThatTheAPIRefuses(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            _ = await ledger.record(try Sample.callback())
            let work = try #require(try await ledger.leaseVerifications().first)

            await #expect(throws: LedgerError.self) {
                let context = try Sample.context("crm")
                _ = try await ledger.confirm(
                    work,
                    reading: try Sample.reading(.fulfilled),
                    binding: .refuse,
                    context: context
                )
            }

            #expect(try await ledger.order() == work.order)
            #expect(try await ledger.deliveries(DeliveryQuery()) == [])
            try await ledger.postpone(work.lease, until: Sample.now, reason: "the lease still holds")
        }
    }

    @Test(arguments: LedgerKind.allCases, [OrderBinding.bind, .bindIfFree])
    func bindsNoIDThatIsAnotherTokens(_ kind: LedgerKind, binding: OrderBinding) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.searching, nonce: "m")
            _ = await ledger.record(try Sample.callback("n", at: Sample.now + .seconds(1)))
            let work = try #require(try await ledger.leaseVerifications(at: Sample.now + .seconds(1)).first)

            await #expect(throws: LedgerError.self) {
                let context = try Sample.context()
                let reading = try Sample.reading(.fulfilled)
                _ = try await ledger.confirm(work, reading: reading, binding: binding, context: context)
            }

            #expect(try await ledger.order("n").id == nil)
            #expect(try await ledger.order("m").state == .searching)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func bindsAnOrderThatAnUnprovenCallbackHasOnlyWithProof(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            _ = await ledger.record(try Sample.callback(nil, state: .searching))
            let first = try #require(try await ledger.leaseVerifications().first)
            let reading = try Sample.reading(.searching)
            _ = try await ledger.confirm(first, reading: reading, binding: .bindIfFree, context: Sample.context())
            _ = await ledger.record(try Sample.callback("n"))
            let work = try #require(try await ledger.leaseVerifications().first { $0.order.nonce != nil })

            await #expect(throws: LedgerError.self) {
                let context = try Sample.context()
                _ = try await ledger.confirm(work, reading: reading, binding: .bindIfFree, context: context)
            }
            _ = try await ledger.confirm(work, reading: reading, binding: .bind, context: Sample.context())

            #expect(try await ledger.orders(OrderQuery()).map(\.nonce) == [Sample.nonce()])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func neverBindsAnOrderAnew(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.searching)

            await #expect(throws: LedgerError.self) {
                let reading = try Sample.reading(.searching, id: "id2")
                _ = try await ledger.placed(try Sample.nonce(), as: reading, now: Sample.now)
            }

            #expect(try await ledger.order().id == (try Sample.id()))
            #expect(
                try await ledger.unsearchedIDs(
                    among: [Sample.id("id2"), Sample.id(), Sample.id("id0")],
                    at: .visengine
                ).map(\.rawValue)
                    == ["id2", "id0"]
            )
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func readsAgainWhatWasAskedForWhileARowIsJoinedToAnother(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.fulfilled)
            _ = await ledger.record(try Sample.callback(nil, id: "alias", state: .available))
            let work = try #require(try await ledger.leaseVerifications().first)
            _ = await ledger.record(try Sample.callback(nil, id: "alias", state: .fulfilled))

            let reading = try Sample.reading(.fulfilled)
            _ = try await ledger.confirm(work, reading: reading, binding: .bindIfFree, context: Sample.context())

            let next = try await ledger.leaseVerifications(at: Sample.now + .seconds(10))
            #expect(next.map(\.order.nonce) == [try Sample.nonce()])
            #expect(next.map(\.trigger) == [.callback])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func joinsARowThatTurnsOutToBeAnotherOrders(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.searching)
            _ = await ledger.record(try Sample.callback(nil, id: "alias", state: .available))
            let work = try #require(try await ledger.leaseVerifications().first)
            #expect(work.candidates == [try Sample.id("alias")])

            let reading = try Sample.reading(.available)
            let context = try Sample.context("crm")
            let advance = try await ledger.confirm(work, reading: reading, binding: .bindIfFree, context: context)

            #expect(advance.notifications == [.orderUpdated])
            #expect(advance.alarms == [.otherOrder])
            #expect(try await ledger.orders(OrderQuery()) == [advance.record])
            #expect(advance.record.nonce == (try Sample.nonce()))
            #expect(try await ledger.callbacks().map(\.verdict) == [.confirmed, .mismatched])
            #expect(
                try await ledger.summary(now: Sample.now).jobsByKind == ["verify": 1, "fetch": 1, "deliver": 1]
            )
        }
    }
}
