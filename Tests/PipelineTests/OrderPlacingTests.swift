import BaseKit
import Pipeline
import RicevutaCore
import Testing
import Visengine

/// No order that may exist at the provider is unknown to the ledger, whatever fails in between.
@Suite struct OrderPlacingTests {
    private static let unknown = CallFailure(.outcomeUnknown, reason: "timed out")
    private static let noID = CallFailure(.outcomeUnknown, reason: "the provider answered without an order ID")

    private func placing(_ fake: FakePlacing, dailyLimit: Price? = nil) throws -> OrderPlacing {
        OrderPlacing(
            provider: .visengine,
            catalogue: fake,
            placer: fake,
            ledger: fake,
            registrar: try CallbackRegistrar(publicURL: "https://hooks.example.test", keys: Sample.keys()),
            firstPoll: .seconds(60),
            dailyLimit: dailyLimit,
            now: { Sample.now }
        )
    }

    private func item(_ name: String = "Visura", _ hash: Character = "a") throws -> CatalogueItem {
        CatalogueItem(
            name: name,
            category: "Camerali",
            hash: try #require(ItemHash(rawValue: String(repeating: hash, count: 32)))
        )
    }

    private func request() throws -> OrderPlacing.Request { OrderPlacing.Request(item: try item(), values: [:]) }

    /// What the ledger has, and has synced, when the order is sent; a crash from there on leaves at least this.
    private func recorded() throws -> PlacingEvent {
        .recorded(try Sample.nonce(), firstPoll: Sample.now + .seconds(60))
    }

    private func sent() throws -> PlacingEvent {
        .sent(token: try Sample.keys().mint(try Sample.nonce()), isTest: false)
    }

    @Test func recordsBeforeItSendsAndRecordsTheAnswer() async throws {
        let fake = FakePlacing(.success(PlacedOrder(order: Order(id: try Sample.id()))))

        let outcome = try await placing(fake).place(try request(), nonce: try Sample.nonce())

        #expect(fake.events == [try recorded(), try sent(), .placed(try Sample.nonce(), try Sample.id())])
        guard case .placed(let record) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(record.id == (try Sample.id()))
    }

    @Test func sendsNothingThatIsNotRecorded() async throws {
        let fake = FakePlacing(.success(PlacedOrder(order: Order(id: try Sample.id()))), failing: [0])

        await #expect(throws: OrderPlacingError.notRecorded(FakePlacing.failure)) {
            try await placing(fake).place(try request(), nonce: try Sample.nonce())
        }

        #expect(fake.events == [])
    }

    @Test(arguments: CallFailure.Kind.allCases)
    func endsAnOrderOnlyWhenItIsCertainThatNoneExists(kind: CallFailure.Kind) async throws {
        let failure = CallFailure(kind, reason: "no")
        let fake = FakePlacing(.failure(failure))

        let error = await #expect(throws: OrderPlacingError.self) {
            try await placing(fake).place(try request(), nonce: try Sample.nonce())
        }

        let begun = [try recorded(), try sent()]
        if kind == .outcomeUnknown {
            #expect(error == .outcomeUnknown(failure))
            #expect(fake.events == begun, "it stays pending, for its callback or a poll to find")
        } else {
            #expect(error == .refused(failure))
            #expect(fake.events == begun + [.refused(try Sample.nonce())])
        }
    }

    @Test func anAnswerWithoutAnIDIsNoRefusal() async throws {
        let fake = FakePlacing(.success(PlacedOrder(order: nil)))

        await #expect(throws: OrderPlacingError.outcomeUnknown(Self.noID)) {
            try await placing(fake).place(try request(), nonce: try Sample.nonce())
        }

        #expect(fake.events == [try recorded(), try sent()])
    }

    @Test func saysThatAnOrderExistsWhichTheLedgerCouldNotRecord() async throws {
        let fake = FakePlacing(.success(PlacedOrder(order: Order(id: try Sample.id()))), failing: [1])

        await #expect(throws: OrderPlacingError.placedButNotRecorded(try Sample.id(), FakePlacing.failure)) {
            try await placing(fake).place(try request(), nonce: try Sample.nonce())
        }

        #expect(fake.events == [try recorded(), try sent()], "it stays pending")
    }

    @Test func aRefusalThatCannotBeRecordedLeavesTheOrderPending() async throws {
        let failure = CallFailure(.rejected, reason: "missing fields")
        let fake = FakePlacing(.failure(failure), failing: [1])

        await #expect(throws: OrderPlacingError.refusalNotRecorded(failure, FakePlacing.failure)) {
            try await placing(fake).place(try request(), nonce: try Sample.nonce())
        }

        #expect(fake.events == [try recorded(), try sent()])
    }

    /// An order that is sent twice is paid twice.
    @Test(arguments: [Result<PlacedOrder, CallFailure>.failure(unknown), .success(PlacedOrder(order: nil))])
    func sendsOnce(answer: Result<PlacedOrder, CallFailure>) async throws {
        let fake = FakePlacing(answer)

        await #expect(throws: OrderPlacingError.self) {
            try await placing(fake).place(try request(), nonce: try Sample.nonce())
        }

        #expect(fake.events.filter { if case .sent = $0 { true } else { false } }.count == 1)
    }

    /// What was bought before is not bought again, and what is over the limit is not bought.
    @Test func sendsNothingThatTheLedgerDecidesAgainst() async throws {
        let other = OrderRecord(
            key: 7,
            provider: .visengine,
            nonce: try Sample.nonce(),
            origin: .placed,
            placement: .pending,
            createdAt: Sample.now
        )
        let (limit, price) = (Price(thousandths: 10_000), Price(thousandths: 5000))
        let spent = OrderSpending(orders: 2, total: Price(thousandths: 6000))
        let decisions: [(PlacingDecision, OrderPlacingError?)] = [
            (.earlier(other), nil), (.keyInUse(by: other), .keyInUse(by: other)),
            (.overLimit(spent: spent), .overLimit(price: price, spent: spent, limit: limit)),
        ]
        for (decision, refusal) in decisions {
            let fake = FakePlacing(.success(PlacedOrder(order: nil)), decision: decision)
            let placing = try placing(fake, dailyLimit: limit)
            var request = try request()
            request.price = price
            let result: Result<OrderPlacing.Outcome, OrderPlacingError>
            do throws(OrderPlacingError) {
                result = .success(try await placing.place(request, nonce: fresh()))
            } catch {
                result = .failure(error)
            }
            #expect(result == refusal.map { .failure($0) } ?? .success(.earlier(other)))
            #expect(fake.events == [], "\(decision)")
        }
    }

    @Test func asksForThePriceWhereTheCatalogueDoesNotSayAndALimitIsSet() async throws {
        let price = Price(thousandths: 12_700)
        let fake = FakePlacing(.success(PlacedOrder(order: Order(id: try Sample.id()), price: price)))

        _ = try await placing(fake, dailyLimit: Price(thousandths: 20_000)).place(try request(), nonce: fresh())

        #expect(fake.newOrders.map(\.price) == [price])
        guard case .sent(_, isTest: true)? = fake.events.first else {
            Issue.record("\(fake.events)")
            return
        }
    }

    @Test func theContentOfAnOrderIsTheSameHoweverItIsGiven() async throws {
        let fake = FakePlacing(.success(PlacedOrder(order: Order(id: try Sample.id()))))
        let placing = try placing(fake)
        func content(_ change: (inout OrderPlacing.Request) -> Void) async throws -> [UInt8] {
            var request = OrderPlacing.Request(
                item: try item(),
                values: ["$0": "a", "$1": "b"],
                options: ["x", "y"],
                email: "a@example.test"
            )
            request.idempotencyKey = IdempotencyKey(rawValue: "k")
            change(&request)
            _ = try await placing.place(request, nonce: fresh())
            return try #require(fake.newOrders.last).content
        }
        let first = try await content { _ in }

        #expect(try await content { $0.options = ["y", "x"] } == first)
        #expect(try await content { $0.price = Price(thousandths: 1) } == first, "prices change")
        #expect(try await content { $0.values["$0"] = "c" } != first)
        #expect(try await content { $0.values = ["$0": "a"] } != first)
        #expect(try await content { $0.options = [] } != first)
        #expect(try await content { $0.email = nil } != first)
        #expect(try await content { $0.reference = OrderReference(rawValue: "r") } != first)
        let other = try item("Visura", "b")
        #expect(try await content { $0.item = other } != first)
    }

    private func fresh() -> OrderNonce { .random() }

    @Test func aTestRecordsNothing() async throws {
        let price = Price(thousandths: 12_700)
        let fake = FakePlacing(.success(PlacedOrder(order: nil, price: price)))

        #expect(try await placing(fake).price(of: try request()) == price)

        #expect(fake.events.count == 1)
        guard case .sent(_, isTest: true)? = fake.events.first else {
            Issue.record("\(fake.events)")
            return
        }
    }

    @Test func findsAnItemByHashOrByName() async throws {
        let fake = FakePlacing(
            .failure(Self.unknown),
            items: [try item("Visura", "a"), try item("Bilancio", "b"), try item("bilancio", "c")]
        )
        let placing = try placing(fake)

        #expect(try await placing.item(String(repeating: "b", count: 32)).item.name == "Bilancio")
        #expect(try await placing.item("VISURA").item.hash == (try item().hash))
        await #expect(throws: OrderPlacingError.severalItems(2)) { try await placing.item("Bilancio") }
        await #expect(throws: OrderPlacingError.itemNotFound("Atto")) { try await placing.item("Atto") }
        await #expect(throws: OrderPlacingError.self) { try await placing.item(String(repeating: "d", count: 32)) }
    }
}
