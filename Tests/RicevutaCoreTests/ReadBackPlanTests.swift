import BaseKit
import RicevutaCore
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1)))
struct ReadBackPlanTests {
    private static let plan = ReadBackPlan(minInterval: .seconds(10), maxPerHour: 3)

    private static func at(_ seconds: Int) -> Timestamp { Sample.now + .seconds(seconds) }

    /// What is known of an order, with times in seconds from now.
    private static func known(
        asked: Int? = nil,
        spent: Int? = nil,
        due: Int? = nil,
        needsNote: Bool = false
    ) -> ReadBackPlan.Known {
        ReadBackPlan.Known(
            lastAsked: asked.map(at),
            spentUntil: spent.map(at),
            due: due.map(at),
            needsNote: needsNote
        )
    }

    static let requests: [(ReadBackPlan.Known, ReadBackPlan.Request)] = [
        (known(), .plan(due: at(0))),
        // At most one in an interval.
        (known(asked: -60), .plan(due: at(0))), (known(asked: -10), .plan(due: at(0))),
        (known(asked: -4), .plan(due: at(6))), (known(asked: 0), .plan(due: at(10))),
        // The clock was set back.
        (known(asked: 9999), .plan(due: at(10))),
        // So many in an hour.
        (known(asked: -60, spent: -1), .plan(due: at(0))), (known(asked: -60, spent: 600), .plan(due: at(600))),
        (known(asked: -60, spent: 99_999), .plan(due: at(3600))), (known(asked: 0, spent: 5), .plan(due: at(10))),
        // One that is planned early enough covers all that arrive before it.
        (known(due: 0), .covered), (known(due: -5), .covered), (known(due: 1), .plan(due: at(0))),
        (known(asked: -4, due: 6), .covered), (known(asked: -4, due: 7), .plan(due: at(6))),
        (known(asked: -60, spent: 600, due: 600), .covered),
        // One that is under way, or a poll, has to know of the callback.
        (known(due: 0, needsNote: true), .note), (known(due: 1, needsNote: true), .plan(due: at(0))),
        (known(asked: 0, due: 0, needsNote: true), .note),
    ]

    @Test(arguments: requests)
    func plansOneReadBackForTheCallbacksOfAnInterval(known: ReadBackPlan.Known, request: ReadBackPlan.Request) {
        #expect(Self.plan.request(known, at: Sample.now) == request)
    }

    @Test func countsWhatCallbacksCauseInAnHour() {
        var allowance = ReadBackPlan.Allowance()
        var spent: [Timestamp?] = []
        for seconds in [0, 10, 20, 3599, 3600, 3610] {
            allowance.count(.callback, at: Self.at(seconds))
            allowance.count(.poll, at: Self.at(seconds))
            spent.append(Self.plan.spentUntil(allowance))
        }

        #expect(spent == [nil, nil, Self.at(3600), Self.at(3600), nil, nil])
        #expect(allowance == ReadBackPlan.Allowance(used: 2, since: Self.at(3600)))
    }

    @Test func countsAnewWhenTheClockWasSetBack() {
        var allowance = ReadBackPlan.Allowance(used: 9, since: Self.at(1))
        allowance.count(.callback, at: Sample.now)

        #expect(allowance == ReadBackPlan.Allowance(used: 1, since: Sample.now))
    }

    @Test(arguments: [(0, 0, 10), (2, 0, 10), (3, 0, 3600), (3, -3595, 10), (3, -3500, 100), (9, 9999, 3600)])
    func readsAgainAfterTheIntervalOrTheHour(used: Int64, sinceSeconds: Int, seconds: Int) {
        let allowance = ReadBackPlan.Allowance(used: used, since: Self.at(sinceSeconds))

        #expect(Self.plan.next(after: Sample.now, allowance) == Self.at(seconds))
        #expect(
            Self.plan.afterFailure(
                atLatest: Self.at(9999),
                isAskedAgain: true,
                lastAsked: Sample.now,
                allowance
            ) == Self.at(seconds)
        )
    }

    @Test(arguments: [
        (false, nil, ReadBackPlan.Next.nothing), (false, 300, .poll(at: at(300))), (true, nil, .again(at: at(10))),
        (true, 300, .again(at: at(10))), (true, 5, .again(at: at(5))),
    ])
    func pollsOrReadsAgainAfterAnAnswer(isAskedAgain: Bool, poll: Int?, next: ReadBackPlan.Next) {
        let nextPoll = poll.map(Self.at)

        #expect(
            Self.plan.afterAnswer(isAskedAgain: isAskedAgain, nextPoll: nextPoll, .init(), now: Sample.now) == next
        )
    }

    @Test func asksOnceADayForAnOpenOrderThatTheAPIHides() throws {
        func next(_ order: OrderRecord?, isAskedAgain: Bool = false) -> ReadBackPlan.Next {
            Self.plan.afterNotFound(order, isAskedAgain: isAskedAgain, .init(), now: Sample.now)
        }
        var unbound = try Sample.record()
        unbound.id = nil

        #expect(try next(Sample.record()) == .poll(at: Self.at(86_400)))
        #expect(try next(Sample.record(.available)) == .poll(at: Self.at(86_400)))
        #expect(try next(Sample.record(.fulfilled)) == .nothing)
        #expect(try next(Sample.record(.cancelled)) == .nothing)
        #expect(next(unbound) == .nothing)
        #expect(next(nil) == .nothing)
        #expect(next(unbound, isAskedAgain: true) == .again(at: Self.at(10)))
        #expect(try next(Sample.record(.fulfilled), isAskedAgain: true) == .again(at: Self.at(10)))
    }

    @Test(arguments: [(false, -60, 300), (true, nil, 300), (true, -60, -50), (true, 295, 300)])
    func bringsForwardWhatIsGivenBackUndone(isAskedAgain: Bool, asked: Int?, seconds: Int) {
        let due = Self.plan.afterFailure(
            atLatest: Self.at(300),
            isAskedAgain: isAskedAgain,
            lastAsked: asked.map(Self.at),
            .init()
        )

        #expect(due == Self.at(seconds))
    }
}
