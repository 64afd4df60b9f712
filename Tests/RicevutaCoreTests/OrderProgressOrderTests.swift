import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

/// What holds over a whole life of an order, in whatever order its readings arrive.
@Suite(.timeLimit(.minutes(1)))
struct OrderProgressOrderTests {
    private static let states: [OrderState] = [
        .searching, .processing, .available, .fulfilled, .cancelled, .unknown("In Pausa"),
    ]

    @Test(arguments: UInt64(1)...40)
    func neverGoesBackWhateverTheOrderOfReadings(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var record = try Sample.record()
        var fetches = 0
        var ends = 0

        for step in 0..<60 {
            let reading = Order(id: try Sample.id(), state: Self.states.randomElement(using: &random))
            let trigger: OrderProgress.Trigger = Bool.random(using: &random) ? .callback : .poll
            let now = Sample.now + .seconds(step)
            let advance = OrderProgress.advance(
                record,
                by: reading,
                trigger: trigger,
                now: now,
                schedule: ReconciliationSchedule()
            )

            let next = advance.record
            #expect(next.rank >= record.rank, "seed \(seed), step \(step)")
            if record.state?.isTerminal == true { #expect(next.state == record.state, "seed \(seed), step \(step)") }
            #expect(advance.notifications.isEmpty == (next.state == record.state), "seed \(seed), step \(step)")
            #expect((advance.nextPoll == nil) == (next.state?.isTerminal == true), "seed \(seed), step \(step)")
            if advance.needsDocument { fetches += 1 }
            if next.state?.isTerminal == true, record.state?.isTerminal != true { ends += 1 }
            record = next
        }

        #expect(fetches == (record.document == .due ? 1 : 0), "seed \(seed)")
        #expect(ends <= 1, "seed \(seed)")
    }

    @Test(
        arguments: [
            (.searching, .none, false), (.cancelled, .none, false), (.unknown("In Pausa"), .none, false),
            (.available, .none, true), (.fulfilled, .none, true),
            (.available, .due, false), (.fulfilled, .due, false),
            (.fulfilled, .stored, false), (.fulfilled, .failed, true), (.searching, .failed, false),
        ] as [(OrderState, DocumentProgress, Bool)]
    )
    func asksForTheDocumentOnceWhenItIsReady(state: OrderState, document: DocumentProgress, isNeeded: Bool) throws {
        let advance = OrderProgress.advance(
            try Sample.record(.searching, document: document),
            by: Order(id: try Sample.id(), state: state),
            trigger: .callback,
            now: Sample.now,
            schedule: ReconciliationSchedule()
        )

        #expect(advance.needsDocument == isNeeded)
        #expect(advance.record.document == (isNeeded ? .due : document))
    }

    /// A change, how it was found, and whether its callback was missed.
    struct Late: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var state = OrderState.available
        var trigger = OrderProgress.Trigger.poll
        var age: Duration? = .seconds(121)
        var isMissed = false
    }

    static let late = [
        Late(testDescription: "an old change that a poll found", isMissed: true),
        Late(testDescription: "an old end that a poll found", state: .cancelled, isMissed: true),
        Late(testDescription: "a change whose callback may still come", age: .seconds(120)),
        Late(testDescription: "a change that a callback told", trigger: .callback),
        Late(testDescription: "a change of unknown age", age: nil),
        Late(testDescription: "a step that makes no callback", state: .processing),
    ]

    @Test(arguments: late)
    func repairsAMissedCallbackAndSaysSo(_ test: Late) throws {
        let advance = OrderProgress.advance(
            try Sample.record(.searching),
            by: Order(id: try Sample.id(), state: test.state, lastUpdate: test.age.map { Sample.now - $0 }),
            trigger: test.trigger,
            now: Sample.now,
            schedule: ReconciliationSchedule(callbackGrace: .seconds(120))
        )

        #expect(advance.record.state == test.state)
        #expect(!advance.notifications.contains(.orderLate), "a callback that is missed is nobody else's affair")
        #expect(advance.alarms == (test.isMissed ? [.missedCallback] : []))
    }
}
