import BaseKit
import Testing
import Visengine

@testable import RicevutaCore

@Suite(.timeLimit(.minutes(1)))
struct PromisedTimesTests {
    /// An order at a time, and the end of its working days, in UTC.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var days = 2
        let submitted: Timestamp
        let due: Timestamp
    }

    private static func time(_ day: (Int64, Int64, Int64), _ hour: Int64, _ minute: Int64 = 0) -> Timestamp {
        let number = CivilDay(year: day.0, month: day.1, day: day.2).number
        return Timestamp(seconds: number * 86_400 + hour * 3600 + minute * 60)
    }

    static let cases = [
        Case(testDescription: "a Tuesday", submitted: time((2026, 12, 1), 9), due: time((2026, 12, 3), 23)),
        Case(testDescription: "in summer", submitted: time((2026, 6, 9), 9), due: time((2026, 6, 11), 22)),
        Case(testDescription: "over a weekend", submitted: time((2026, 12, 10), 9), due: time((2026, 12, 14), 23)),
        Case(testDescription: "on a Saturday", submitted: time((2026, 12, 12), 9), due: time((2026, 12, 15), 23)),
        Case(
            testDescription: "after midnight in Rome",
            days: 1,
            submitted: time((2026, 12, 1), 23, 30),
            due: time((2026, 12, 3), 23)
        ),
        Case(
            testDescription: "over a holiday within the week",
            submitted: time((2026, 12, 7), 9),
            due: time((2026, 12, 10), 23)
        ),
        Case(testDescription: "over Easter Monday", submitted: time((2026, 4, 2), 9), due: time((2026, 4, 7), 22)),
        Case(testDescription: "over Christmas", submitted: time((2026, 12, 23), 9), due: time((2026, 12, 28), 23)),
        Case(testDescription: "over the new year", submitted: time((2026, 12, 30), 9), due: time((2027, 1, 4), 23)),
        Case(
            testDescription: "Saint Francis, which is one since 2026",
            days: 1,
            submitted: time((2027, 10, 1), 9),
            due: time((2027, 10, 5), 22)
        ),
        Case(
            testDescription: "Saint Francis before",
            days: 1,
            submitted: time((2023, 10, 3), 9),
            due: time((2023, 10, 4), 22)
        ),
        Case(
            testDescription: "into summer time",
            days: 1,
            submitted: time((2026, 3, 27), 9),
            due: time((2026, 3, 30), 22)
        ),
        Case(
            testDescription: "the day on which summer time ends",
            days: 1,
            submitted: time((2026, 10, 23), 9),
            due: time((2026, 10, 26), 23)
        ),
    ]

    @Test(arguments: cases)
    func endsWithTheLastWorkingDayInRome(_ test: Case) {
        let end = ItalianCalendar.end(ofWorkingDays: test.days, after: test.submitted)

        #expect(end == test.due, "\(end)")
    }

    @Test(
        arguments: [
            ((2026, 3, 29), 0, 23), ((2026, 3, 30), -1, 22), ((2026, 10, 25), -1, 22), ((2026, 10, 26), -1, 23),
        ] as [((Int64, Int64, Int64), Int64, Int64)]
    )
    func knowsWhenADayBeginsWhereTheClockIsChanged(_ day: (Int64, Int64, Int64), _: Int64, _ hour: Int64) {
        let civil = CivilDay(year: day.0, month: day.1, day: day.2)
        let begin = ItalianCalendar.beginning(of: civil)

        #expect(begin == Timestamp(seconds: (civil.number - 1) * 86_400 + hour * 3600))
        #expect(ItalianCalendar.day(of: begin) == civil)
        #expect(ItalianCalendar.day(of: begin - .milliseconds(1)) == civil + -1)
    }

    private static let pension = ItemHash(rawValue: "5fec14002548c9ae115758500c8981ee")
    private static let visura = ItemHash(rawValue: "eccbc87e4b5ce2fe28308fd9f2a7baf3")
    private static let tuesday = time((2026, 12, 1), 9)

    @Test func promisesWhatTheProviderDoesUnlessAnOperatorSaysOtherwise() {
        var promises = PromisedTimes.documented
        func days(_ item: ItemHash?, _ name: String?) -> Int? {
            let due = promises.due(item: item, name: name, submitted: Self.tuesday)
            return due.map {
                Int((Duration.seconds($0.seconds - Self.tuesday.seconds) / .seconds(86_400)).rounded(.down))
            }
        }

        #expect(days(Self.pension, "Pensione di vecchiaia") == 2)
        #expect(days(Self.visura, "Visura Camerale Ordinaria") == nil)
        #expect(days(nil, "Pensione di vecchiaia") == nil, "an unknown item has no promise")
        promises.set("visura camerale ordinaria", workingDays: 1)
        promises.set("5fec14002548c9ae115758500c8981ee", workingDays: 0)
        #expect(days(Self.visura, "Visura Camerale Ordinaria") == 1)
        #expect(days(nil, "VISURA CAMERALE ORDINARIA") == 1)
        #expect(days(Self.pension, "Pensione di vecchiaia") == nil)
        #expect(PromisedTimes().due(item: Self.pension, name: nil, submitted: Self.tuesday) == nil)
    }

    /// An order when it is read, and whether it is late.
    struct Reading: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var state: OrderState? = .processing
        var isFinal: Bool? = true
        /// Since it was handed in.
        var age = Duration.seconds(3 * 86_400)
        var isLate = true
    }

    static let readings = [
        Reading(testDescription: "in production"), Reading(testDescription: "without a state", state: nil),
        Reading(testDescription: "in an odd state", state: .unknown("In Pausa")),
        Reading(testDescription: "in time", age: .seconds(86_400), isLate: false),
        Reading(testDescription: "available", state: .available, isLate: false),
        Reading(testDescription: "cancelled", state: .cancelled, isLate: false),
        Reading(testDescription: "a draft", isFinal: false, isLate: false),
    ]

    @Test(arguments: readings)
    func tellsOnceOfAnOrderThatIsLate(_ test: Reading) throws {
        var record = try Sample.record(.processing)
        record.item = Self.pension
        var told: [Bool] = []
        for _ in 1...2 {
            let advance = OrderProgress.advance(
                record,
                by: Order(
                    id: try Sample.id(),
                    state: test.state,
                    isFinal: test.isFinal,
                    submittedAt: Self.tuesday
                ),
                trigger: .poll,
                now: Self.tuesday + test.age,
                schedule: ReconciliationSchedule(),
                promises: .documented
            )
            #expect(advance.notifications.contains(.orderLate) == advance.alarms.contains(.orderLate))
            told.append(advance.notifications.contains(.orderLate))
            record = advance.record
        }

        #expect(told == [test.isLate, false])
        #expect((record.lateSince != nil) == test.isLate)
    }

    @Test func looksWhenThePromiseIsOver() throws {
        var record = try Sample.record(.processing)
        record.item = Self.pension
        let due = Self.time((2026, 12, 3), 23)

        let advance = OrderProgress.advance(
            record,
            by: Order(id: try Sample.id(), state: .processing, submittedAt: Self.tuesday),
            trigger: .poll,
            now: due - .seconds(60),
            schedule: ReconciliationSchedule(),
            promises: .documented
        )

        #expect(advance.record.promisedBy == due)
        #expect(advance.nextPoll == due + .seconds(1))
    }
}
