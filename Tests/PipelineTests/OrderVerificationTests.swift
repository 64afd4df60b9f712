import BaseKit
import RicevutaCore
import Testing
import Visengine

@testable import Pipeline

@Suite struct OrderVerificationTests {
    private let ledger = WatchedLedger()
    private let keys: CallbackTokenKeys

    init() throws { keys = try Sample.keys() }

    private func verify(
        _ work: VerifyWork,
        at provider: FakeProvider,
        lines: LogLines = LogLines()
    ) async {
        await OrderVerification(
            provider: .visengine,
            ledger: ledger,
            reader: provider,
            nonceOf: { [keys] text in
                switch keys.check(text) {
                case .valid(let nonce, _), .retired(let nonce, _): nonce
                case .invalid: nil
                }
            },
            routing: DeliveryRouting([]),
            settings: FlowSettings(),
            environment: Sample.environment,
            logger: lines.logger()
        ).perform(ledger.arrange(work))
    }

    @Test func reportsAnOrderThatTheProviderDoesNotKnowOnce() async throws {
        for (refusals, count) in [(4, 0), (5, 1), (6, 0)] {
            let lines = LogLines()
            let work = try Sample.verifyWork(id: Sample.id(), refusals: Sample.refusals(refusals, for: .seconds(60)))

            await verify(work, at: FakeProvider(), lines: lines)

            #expect(lines.all.filter { $0.contains("order_unknown") }.count == count, "after \(refusals)")
        }
    }

    private func order(_ id: String, _ echo: CallbackEcho = .absent) throws -> Order {
        Order(id: try Sample.id(id), state: .available, echo: echo)
    }

    private func ours() throws -> CallbackEcho { .token(keys.mint(try Sample.nonce())) }

    @Test func confirmsABoundOrderByItsReading() async throws {
        await verify(try Sample.verifyWork(id: Sample.id()), at: FakeProvider(orders: try order("id1")))

        #expect(ledger.events == [.confirmed(try Sample.id(), .bind)])
    }

    @Test func bindsACandidateThatEchoesTheToken() async throws {
        let work = try Sample.verifyWork(candidates: [Sample.id("id2")])

        await verify(work, at: FakeProvider(orders: try order("id2", ours())))

        #expect(ledger.events == [.confirmed(try Sample.id("id2"), .bind)])
    }

    @Test func bindsATokenOfARetiredKey() async throws {
        let echo = CallbackEcho.token(try CallbackTokenKeys(active: Sample.key("r")).mint(Sample.nonce()))

        await verify(
            try Sample.verifyWork(candidates: [Sample.id()]),
            at: FakeProvider(orders: try order("id1", echo))
        )

        #expect(ledger.events == [.confirmed(try Sample.id(), .bind)])
    }

    @Test func bindsAnOrderThatEchoesNothingOnlyIfItIsFree() async throws {
        await verify(try Sample.verifyWork(candidates: [Sample.id()]), at: FakeProvider(orders: try order("id1")))

        #expect(ledger.events == [.confirmed(try Sample.id(), .bindIfFree)])
    }

    @Test func rejectsAnothersOrderAndChangesNothing() async throws {
        let another = CallbackEcho.token(keys.mint(try Sample.nonce("x")))
        for echo in [another, .foreign, .token("v1.a.forged")] {
            let ledger = WatchedLedger()
            let provider = FakeProvider(orders: try order("id1", echo))
            await OrderVerification(
                provider: .visengine,
                ledger: ledger,
                reader: provider,
                nonceOf: { [keys] in if case .valid(let nonce, _) = keys.check($0) { nonce } else { nil } },
                routing: DeliveryRouting([]),
                settings: FlowSettings(),
                environment: Sample.environment,
                logger: Sample.logger
            ).perform(ledger.arrange(try Sample.verifyWork(candidates: [Sample.id()])))

            guard case .rejected(try Sample.id(), _) = ledger.events.first, ledger.events.count == 1 else {
                Issue.record("\(ledger.events)")
                return
            }
        }
    }

    @Test func rejectsACandidateThatAnotherOrderHas() async throws {
        ledger.arrangeOrder(try Sample.id())

        await verify(try Sample.verifyWork(candidates: [Sample.id()]), at: FakeProvider(orders: try order("id1")))

        guard case .rejected(try Sample.id(), _) = ledger.events.first else {
            Issue.record("\(ledger.events)")
            return
        }
    }

    @Test func looksPastAnIDThatWasMadeUp() async throws {
        let work = try Sample.verifyWork(candidates: [Sample.id("invented"), Sample.id("id2")])
        let provider = FakeProvider(orders: try order("id2", ours()))

        await verify(work, at: provider)

        #expect(ledger.events == [.confirmed(try Sample.id("id2"), .bind)])
        #expect(provider.reads == [try Sample.id("invented"), try Sample.id("id2")])
    }

    @Test func asksForThreeCandidatesAtMost() async throws {
        let ids = try (1...8).map { try Sample.id("made-up-\($0)") }
        let provider = FakeProvider()

        await verify(try Sample.verifyWork(candidates: ids), at: provider)

        #expect(provider.reads == Array(ids.prefix(3)))
    }

    @Test func hasPatienceWithACandidateThatTheProviderDoesNotShowYet() async throws {
        await verify(try Sample.verifyWork(candidates: [Sample.id()], attempt: 1), at: FakeProvider())
        await verify(try Sample.verifyWork(candidates: [Sample.id()], attempt: 6), at: FakeProvider())

        #expect(ledger.events.first == .postponed(until: Sample.now + .seconds(10)))
        guard case .rejected(try Sample.id(), let next) = ledger.events.last else {
            Issue.record("\(ledger.events)")
            return
        }
        #expect(next > Sample.now)
    }

    @Test func findsAnOrderWhosePlacingWasNeverAnsweredByItsEcho() async throws {
        let provider = FakeProvider(
            orders: try order("id1", ours()),
            try order("id2"),
            try order("id3", .foreign),
            try order("id4", ours())
        )
        ledger.arrangeOrder(try Sample.id("id1"))

        await verify(try Sample.verifyWork(), at: provider)

        #expect(ledger.events == [.confirmed(try Sample.id("id4"), .bind)])
        // What is bound to another order here was not even read.
        #expect(provider.reads == [try Sample.id("id2"), try Sample.id("id3"), try Sample.id("id4")])
    }

    @Test func neverTakesAnOrderWithoutAnEchoForALostOne() async throws {
        await verify(try Sample.verifyWork(), at: FakeProvider(orders: try order("id2")))

        #expect(ledger.events == [.postponed(until: Sample.now + .seconds(10))])
    }

    @Test func goesThroughTheWholeAccountInSearchOfALostOne() async throws {
        let others = try (1...120).map { try order("id\($0)") }
        let orders = others + [try order("lost", ours())]
        let provider = FakeProvider(
            Dictionary(uniqueKeysWithValues: orders.map { ($0.id, .success($0)) }),
            listed: .success(orders)
        )

        for _ in 0..<3 { await verify(try Sample.verifyWork(), at: provider) }

        let soon = LedgerEvent.postponed(until: Sample.now + .seconds(10))
        #expect(ledger.events == [soon, soon, .confirmed(try Sample.id("lost"), .bind)])
        #expect(provider.reads == orders.map(\.id), "each is read once")
    }

    @Test func remembersWhoseOrdersASearchMet() async throws {
        let another = CallbackEcho.token(keys.mint(try Sample.nonce("x")))
        let provider = FakeProvider(orders: try order("id1", another), try order("id2"))
        await verify(try Sample.verifyWork(), at: provider)
        #expect(ledger.searched.map(\.nonce) == [try Sample.nonce("x"), nil])
        var work = try Sample.verifyWork()
        work.order.nonce = try Sample.nonce("x")

        await verify(work, at: provider)

        #expect(ledger.events.last == .confirmed(try Sample.id("id1"), .bind))
        #expect(provider.reads == [try Sample.id("id1"), try Sample.id("id2"), try Sample.id("id1")])
    }

    @Test func keepsWhatItSawWhenTheProviderFailsInTheMiddleOfASearch() async throws {
        let ids = try ["id1", "gone", "down", "id4"].map { try Sample.id($0) }
        let provider = FakeProvider(
            [
                ids[0]: .success(try order("id1")), ids[1]: .failure(.notFound(reason: "404")),
                ids[2]: .failure(.transient(reason: "500", retryAfter: nil)),
            ],
            listed: .success(try ids.map { try order($0.rawValue) })
        )

        await verify(try Sample.verifyWork(), at: provider)

        #expect(ledger.searched.map(\.id) == [ids[0]])
        #expect(ledger.events == [.postponed(until: Sample.now + .seconds(2))])
    }

    @Test func looksAgainLaterAtAnOrderThatIsListedAndWasNotShown() async throws {
        let lost = try order("lost", ours())
        let hiding = FakeProvider(listed: .success([lost]))
        await verify(try Sample.verifyWork(), at: hiding)
        #expect(ledger.searched == [], "what nobody saw is not looked at")

        await verify(try Sample.verifyWork(), at: FakeProvider(orders: lost))

        #expect(ledger.events.last == .confirmed(try Sample.id("lost"), .bind))
    }

    @Test func passesOverWhatIsNotShownForAWhile() throws {
        let turn = SearchTurn()
        let now = ContinuousClock.now
        turn.hide(try Sample.id("id1"), at: now)

        #expect(turn.hidden(at: now + .seconds(3599)) == [try Sample.id("id1")])
        #expect(turn.hidden(at: now + .seconds(3600)) == [])
    }

    @Test func searchesAgainSoonWhenTheLedgerFailed() async throws {
        ledger.failSearching(with: .storage(doing: "searching", reason: "the disk is full"))

        await verify(try Sample.verifyWork(), at: FakeProvider(orders: try order("id1")))

        #expect(ledger.events == [.postponed(until: Sample.now + .seconds(10))])
    }

    private func final(since: Duration, trigger: OrderProgress.Trigger = .callback) throws -> VerifyWork {
        var work = try Sample.verifyWork(id: Sample.id())
        work.order.state = .fulfilled
        work.order.finalSince = Sample.now - since
        work.trigger = trigger
        return work
    }

    @Test func asksForNoOrderThatHasBeenFinalForLong() async throws {
        let provider = FakeProvider(orders: try order("id1"))

        await verify(try final(since: .seconds(14 * 86_400 + 1)), at: provider)

        #expect(provider.reads.isEmpty)
        #expect(ledger.events == [.parked])
    }

    @Test func asksForAFinalOrderAsLongAsItsTokenLasts() async throws {
        let provider = FakeProvider(orders: try order("id1"))

        await verify(try final(since: .seconds(14 * 86_400 - 1)), at: provider)

        #expect(provider.reads == [try Sample.id()])
    }

    @Test(arguments: [
        (ProviderFailure.notFound(reason: "404"), Duration.seconds(10)),
        (.notYetAvailable(retryAfter: .seconds(77)), .seconds(77)), (.notYetAvailable(retryAfter: nil), .seconds(2)),
        (.unauthorized(reason: "401"), .seconds(300)), (.transient(reason: "500", retryAfter: nil), .seconds(2)),
        (.transient(reason: "429", retryAfter: .seconds(90)), .seconds(90)),
        (.transient(reason: "429", retryAfter: .seconds(1)), .seconds(2)),
        (.permanent(reason: "refused"), .seconds(3600)),
    ])
    func postponesWhateverTheProviderAnswers(failure: ProviderFailure, wait: Duration) async throws {
        let id = try Sample.id()

        await verify(try Sample.verifyWork(id: id), at: FakeProvider([id: .failure(failure)]))
        await verify(try Sample.verifyWork(), at: FakeProvider(listed: .failure(failure)))

        #expect(
            ledger.events == [.postponed(until: Sample.now + wait), .postponed(until: Sample.now + wait)]
        )
    }

    @Test func leavesAnOrderAloneOnlyWhenTheProviderHasNotKnownItOftenAndForLong() async throws {
        let id = try Sample.id()
        // After an outage of months, the first answer is that there is no such order.
        await verify(try Sample.verifyWork(id: id, attempt: 100, age: .seconds(10_000_000)), at: FakeProvider())
        for refusals in [Sample.refusals(19, for: .seconds(3600)), Sample.refusals(18, for: .seconds(90_000))] {
            await verify(try Sample.verifyWork(id: id, refusals: refusals), at: FakeProvider())
        }
        #expect(ledger.refusals == 3)
        #expect(!ledger.events.contains(.parked))

        let refusals = Sample.refusals(19, for: .seconds(90_000))
        await verify(try Sample.verifyWork(id: id, refusals: refusals), at: FakeProvider())
        #expect(ledger.events.last == .parked)
    }
}
