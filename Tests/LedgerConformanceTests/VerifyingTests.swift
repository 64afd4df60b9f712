import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1)))
struct VerifyingTests {
    @Test(arguments: LedgerKind.allCases)
    func writesAllThatFollowsFromAReadingOnce(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            _ = await ledger.record(try Sample.callback())
            let work = try #require(try await ledger.leaseVerifications().first)
            #expect(work.trigger == .callback)

            let advance = try await ledger.confirm(
                work,
                reading: try Sample.reading(.available),
                binding: .bind,
                context: Sample.context("crm", "files")
            )

            #expect(advance.notifications == [.orderUpdated])
            let order = try await ledger.order()
            #expect(order == advance.record)
            #expect(order.id == (try Sample.id()))
            #expect(order.state == .available)
            #expect(order.document == .due)
            let deliveries = try await ledger.deliveries(DeliveryQuery())
            #expect(deliveries.map(\.sink) == [try Sample.sink("files"), try Sample.sink("crm")])
            #expect(Set(deliveries.map(\.notification.id)).count == 1)
            #expect(deliveries.allSatisfy { $0.nextAttempt == Sample.now && $0.state == .pending })
            #expect(try await ledger.summary(now: Sample.now).jobsByKind == ["verify": 1, "fetch": 1, "deliver": 2])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func writesNothingNewWhenTheSameIsReadAgain(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.available, sinks: "crm")
            let before = try await ledger.summary(now: Sample.now)

            for round in 1...3 {
                let at = Sample.now + .seconds(round * 4000)
                let work = try #require(try await ledger.leaseVerifications(at: at).first)
                #expect(work.trigger == .poll)
                let reading = try Sample.reading(.available)
                let context = try Sample.context("crm", at: at)
                let advance = try await ledger.confirm(work, reading: reading, binding: .bind, context: context)
                #expect(advance.notifications == [])
                #expect(!advance.needsDocument)
                #expect(advance.record.quietPolls == round)
            }

            #expect(try await ledger.summary(now: Sample.now) == before)
        }
    }

    /// What a callback claims, what the API shows, and what that makes of the callback.
    struct Verdict: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var claimedID: String? = "id1"
        let claimed: OrderState?
        let shown: OrderState?
        let verdict: CallbackVerdict
    }

    static let verdicts = [
        Verdict(testDescription: "the same", claimed: .available, shown: .available, verdict: .confirmed),
        Verdict(testDescription: "more", claimed: .searching, shown: .fulfilled, verdict: .confirmed),
        Verdict(testDescription: "less", claimed: .fulfilled, shown: .available, verdict: .unconfirmed),
        Verdict(testDescription: "nothing", claimed: .available, shown: nil, verdict: .unconfirmed),
        Verdict(testDescription: "the other end", claimed: .fulfilled, shown: .cancelled, verdict: .unconfirmed),
        Verdict(testDescription: "an end, claimed less", claimed: .available, shown: .cancelled, verdict: .confirmed),
        Verdict(testDescription: "anything, claimed nothing", claimed: nil, shown: .searching, verdict: .confirmed),
        Verdict(
            testDescription: "an odd state, as claimed in another spelling",
            claimed: .unknown("in pausa"),
            shown: .unknown("In Pausa"),
            verdict: .confirmed
        ),
        Verdict(
            testDescription: "another than an odd state",
            claimed: .unknown("In Pausa"),
            shown: .fulfilled,
            verdict: .unconfirmed
        ),
        Verdict(
            testDescription: "another order than the token's",
            claimedID: "id2",
            claimed: .available,
            shown: .available,
            verdict: .mismatched
        ),
        Verdict(
            testDescription: "an order that was not named",
            claimedID: nil,
            claimed: .available,
            shown: .available,
            verdict: .confirmed
        ),
    ]

    @Test(arguments: LedgerKind.allCases, verdicts)
    func evaluatesACallbackByWhatTheAPIShows(_ kind: LedgerKind, _ test: Verdict) async throws {
        try await withLedger(kind) { ledger, _ in
            _ = await ledger.record(try Sample.callback(id: test.claimedID, state: test.claimed))
            let work = try #require(try await ledger.leaseVerifications().first)

            let reading = try Sample.reading(test.shown)
            let advance = try await ledger.confirm(
                work,
                reading: reading,
                binding: .bind,
                context: Sample.context()
            )

            #expect(try await ledger.callbacks().map(\.verdict) == [test.verdict])
            #expect(advance.unconfirmed?.count == (test.verdict == .unconfirmed ? 1 : nil))
            #expect(advance.unconfirmed.map { $0.state == test.claimed } != false)
            #expect(try await ledger.order().state == test.shown, "a callback's word changes nothing")
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func evaluatesACallbackAgainWhenTheAPIShowsMore(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            _ = await ledger.record(try Sample.callback(state: .fulfilled))
            for (round, state) in [OrderState.searching, .fulfilled].enumerated() {
                let at = Sample.now + .seconds(round * 600)
                let work = try #require(try await ledger.leaseVerifications(at: at).first)
                let context = try Sample.context(at: at)
                let advance = try await ledger.confirm(
                    work,
                    reading: Sample.reading(state),
                    binding: .bind,
                    context: context
                )
                #expect(advance.unconfirmed?.count == (round == 0 ? 1 : nil), "told once")
                #expect(try await ledger.callbacks().map(\.verdict) == [round == 0 ? .unconfirmed : .confirmed])
            }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func marksACallbackThatNamesAnotherOrderThanItsToken(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.searching)

            _ = await ledger.record(try Sample.callback(id: "id9", state: .fulfilled, at: Sample.now + .seconds(20)))

            #expect(try await ledger.callbacks().map(\.verdict) == [.confirmed, .waiting])
            let work = try #require(try await ledger.leaseVerifications(at: Sample.now + .seconds(20)).first)
            #expect(work.order.id == (try Sample.id()), "only its own order is asked for")
            #expect(work.candidates == [])
            let context = try Sample.context(at: Sample.now + .seconds(20))
            let advance = try await ledger.confirm(
                work,
                reading: Sample.reading(.searching),
                binding: .bind,
                context: context
            )
            #expect(advance.alarms == [.otherOrder])
            #expect(try await ledger.callbacks().map(\.verdict) == [.confirmed, .mismatched])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func endsTheJobOfAFinishedOrderAndKeepsItsDocumentsJob(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.fulfilled)

            #expect(try await ledger.summary(now: Sample.now).jobsByKind == ["fetch": 1])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func changesNothingWhenTheAPIGoesBack(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.fulfilled, sinks: "crm")
            _ = await ledger.record(try Sample.callback(state: .searching, at: Sample.now + .seconds(60)))
            let at = Sample.now + .seconds(60)
            let work = try #require(try await ledger.leaseVerifications(at: at).first)

            let reading = try Sample.reading(.searching)
            let advance = try await ledger.confirm(
                work,
                reading: reading,
                binding: .bind,
                context: Sample.context("crm", at: at)
            )

            #expect(advance.alarms == [.wentBack])
            #expect(try await ledger.order().state == .fulfilled)
            #expect(try await ledger.deliveries(DeliveryQuery()).count == 1)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func raisesAnAlarmForAMissedCallbackAndTellsNobodyElse(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.searching, sinks: "crm")
            let at = Sample.now + .seconds(3600)
            let work = try #require(try await ledger.leaseVerifications(at: at).first)
            let reading = try Sample.reading(.available, update: Sample.now + .seconds(60))
            let context = try Sample.context("crm", at: at)

            let advance = try await ledger.confirm(work, reading: reading, binding: .bind, context: context)

            #expect(advance.alarms == [.missedCallback])
            let told = try await ledger.deliveries(DeliveryQuery()).map(\.notification)
            #expect(told.map(\.type) == [.orderUpdated, .orderUpdated])
            #expect(told.map(\.previousState) == [.searching, nil])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func tellsOnceThatAnOrderIsLateThoughNothingChanges(_ kind: LedgerKind) async throws {
        var promises = PromisedTimes()
        promises.set("Visura", workingDays: 1)
        try await withLedger(kind) { ledger, process in
            try await ledger.confirmed(.processing, sinks: "crm")
            for (round, state) in [OrderState.processing, .processing, .processing, .available].enumerated() {
                let at = Sample.now + .seconds(round * 86_400 * 4 + 4000)
                let work = try #require(try await ledger.leaseVerifications(at: at).first)
                let reading = Order(id: try Sample.id(), itemName: "Visura", state: state, submittedAt: Sample.now)
                let advance = try await ledger.confirm(
                    work,
                    reading: reading,
                    binding: .bind,
                    context: ConfirmationContext(
                        now: at,
                        schedule: Sample.schedule,
                        promises: promises,
                        routing: try Sample.routing(["crm"])
                    )
                )
                #expect(advance.alarms.contains(.orderLate) == (round == 1))
                try await withLedgerAfterCrash(of: process) { ledger in
                    #expect(try await ledger.order() == advance.record, "it is not told again after a crash")
                    let late = try await ledger.summary(now: at).lateOrders
                    #expect(late == (round == 1 || round == 2 ? 1 : 0))
                }
            }
            let told = try await ledger.deliveries(DeliveryQuery()).reversed().map(\.notification.type)
            #expect(told == [.orderUpdated, .orderLate, .orderUpdated])
        }
    }
}
