import BaseKit
import RicevutaCore
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1)))
struct OrderProgressTests {
    /// What a reading does to an order's state.
    enum Effect: Sendable { case moves, stays, isIgnored }

    private static let odd = OrderState.unknown("In Pausa")
    private static let readings: [OrderState?] = [
        nil, .searching, .processing, .available, .fulfilled, .cancelled, odd,
    ]

    /// Every state against every reading, in the order of `readings`.
    private static let effects: [(from: OrderState?, effects: [Effect])] = [
        (nil, [.stays, .moves, .moves, .moves, .moves, .moves, .moves]),
        (.searching, [.stays, .stays, .moves, .moves, .moves, .moves, .moves]),
        (.processing, [.stays, .isIgnored, .stays, .moves, .moves, .moves, .moves]),
        (.available, [.stays, .isIgnored, .isIgnored, .stays, .moves, .moves, .moves]),
        (.fulfilled, [.isIgnored, .isIgnored, .isIgnored, .isIgnored, .stays, .isIgnored, .isIgnored]),
        (.cancelled, [.isIgnored, .isIgnored, .isIgnored, .isIgnored, .isIgnored, .stays, .isIgnored]),
        (odd, [.stays, .moves, .moves, .moves, .moves, .moves, .stays]),
    ]

    struct Case: Sendable, CustomTestStringConvertible {
        let from: OrderState?
        let reading: OrderState?
        let effect: Effect

        var testDescription: String { "\(from?.name ?? "none"), then \(reading?.name ?? "none"): \(effect)" }
    }

    static let cases = effects.flatMap { row in
        zip(readings, row.effects).map { Case(from: row.from, reading: $0, effect: $1) }
    }

    @Test(arguments: cases)
    func movesForwardOnly(_ test: Case) throws {
        let record = try Sample.record(test.from)
        let update = Timestamp(seconds: 1_799_999_990)

        let advance = try advance(record, test.reading, lastUpdate: update, outcome: Outcome(code: "7"))

        let isApplied = test.effect != .isIgnored
        #expect(advance.record.state == (test.effect == .moves ? test.reading : test.from))
        #expect(advance.notifications.isEmpty == (test.effect != .moves))
        #expect(advance.alarms.contains(.wentBack) == !isApplied)
        #expect(advance.record.lastUpdate == (isApplied ? update : nil), "what went back changes nothing")
        #expect(advance.record.outcome == (isApplied ? Outcome(code: "7") : nil))
        #expect(advance.record.rank == max(record.rank, isApplied ? test.reading?.rank ?? 0 : 0))
        #expect(advance.record.quietPolls == (test.effect == .stays ? 1 : 0))
        #expect(advance.record.lastReadBack == Sample.now)
    }

    @Test(arguments: [
        (OrderState.searching, NotificationType.orderUpdated), (.fulfilled, .orderUpdated),
        (.unknown("In Pausa"), .orderUpdated), (.cancelled, .orderCancelled),
    ])
    func tellsOfEachChangeByItsName(state: OrderState, type: NotificationType) throws {
        #expect(try advance(Sample.record(), state).notifications == [type])
    }

    @Test func raisesAnAlarmForAStateThatNobodyKnows() throws {
        let first = try advance(Sample.record(.searching), .unknown("In Pausa"))
        let second = try advance(first.record, .unknown("In Pausa"))

        #expect(first.alarms == [.unknownState])
        #expect(second.alarms == [], "once is enough")
        #expect(second.notifications == [])
    }

    @Test func tellsOnceOfEachChoiceThatAnOrderWaitsFor() throws {
        let result = SearchResult(index: 0, facts: ["Nome": "A"])
        let over = [Search(id: "id1_0", state: "Ricerca evasa", results: [result])]
        func reading(_ searches: [Search], isChosen: Bool = false) throws -> Order {
            Order(id: try Sample.id(), state: .searching, hasSearch: true, isChosen: isChosen, searches: searches)
        }
        let readings = [
            try reading([Search(id: "id1_0")]), try reading(over), try reading(over),
            try reading(over + [Search(id: "id1_1")]), try reading(over + over), try reading(over, isChosen: true),
        ]
        var record = try Sample.record(.searching)
        var told: [Int] = []
        var waits: [Bool] = []

        for (number, reading) in readings.enumerated() {
            let advance = OrderProgress.advance(
                record,
                by: reading,
                trigger: .poll,
                now: Sample.now + .seconds(number),
                schedule: ReconciliationSchedule()
            )
            #expect(advance.notifications.contains(.orderChoiceNeeded) == advance.alarms.contains(.choiceNeeded))
            if advance.alarms == [.choiceNeeded] { told.append(number) }
            waits.append(advance.record.choiceSince != nil)
            record = advance.record
        }

        #expect(told == [1, 4])
        #expect(waits == [false, true, true, false, true, false])
    }

    @Test func keepsWhyAnOrderWasCancelled() throws {
        let first = OrderProgress.advance(
            try Sample.record(.processing),
            by: Order(id: try Sample.id(), state: .cancelled, cancellationReason: "Dati non corretti"),
            trigger: .callback,
            now: Sample.now,
            schedule: ReconciliationSchedule()
        )
        let second = try advance(first.record, .cancelled)

        #expect(first.record.cancellationReason == "Dati non corretti")
        #expect(second.record.cancellationReason == "Dati non corretti", "an answer that leaves it out takes nothing")
        #expect(try advance(Sample.record(.processing), .available).record.cancellationReason == nil)
    }

    @Test func remembersHowFarAnOrderHadComeThroughAnUnknownState() throws {
        let odd = try advance(Sample.record(.available), .unknown("In Pausa")).record

        #expect(odd.rank == 3)
        #expect(try advance(odd, .searching).alarms == [.wentBack])
        #expect(try advance(odd, .fulfilled).record.state == .fulfilled)
    }

    @Test func pollsLessAndLessWhileNothingHappensAndOftenAgainAfterAChange() throws {
        let schedule = ReconciliationSchedule(firstInterval: .seconds(100), maxInterval: .seconds(180))
        var record = try Sample.record(.searching)
        var waits: [Duration] = []

        for state: OrderState in [.searching, .searching, .searching, .processing, .processing] {
            let advance = try advance(record, state, schedule: schedule)
            waits.append(try #require(advance.nextPoll) - Sample.now)
            record = advance.record
        }

        #expect(waits == [.seconds(150), .seconds(180), .seconds(180), .seconds(100), .seconds(150)])
    }

    @Test(arguments: readings)
    func pollsUntilTheOrderIsFinished(state: OrderState?) throws {
        let advance = try advance(Sample.record(), state)

        #expect((advance.nextPoll == nil) == (state?.isTerminal == true))
    }

    @Test func takesWhatTheReadingKnowsOfTheOrderAndKeepsTheRest() throws {
        var record = try Sample.record()
        record.id = nil
        record.placement = .pending
        record.itemName = "Visura"

        let reading = Order(id: try Sample.id("id2"), item: try Sample.item())
        let advance = OrderProgress.advance(
            record,
            by: reading,
            trigger: .poll,
            now: Sample.now,
            schedule: ReconciliationSchedule()
        )

        #expect(advance.record.id == reading.id)
        #expect(advance.record.placement == .placed)
        #expect(advance.record.item == reading.item)
        #expect(advance.record.itemName == "Visura")
    }

    private func advance(
        _ record: OrderRecord,
        _ state: OrderState?,
        lastUpdate: Timestamp? = nil,
        outcome: Outcome? = nil,
        schedule: ReconciliationSchedule = ReconciliationSchedule()
    ) throws -> OrderProgress.Advance {
        let reading = Order(id: try Sample.id(), state: state, lastUpdate: lastUpdate, outcome: outcome)
        return OrderProgress.advance(record, by: reading, trigger: .callback, now: Sample.now, schedule: schedule)
    }
}
