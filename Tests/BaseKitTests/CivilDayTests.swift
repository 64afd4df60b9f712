import BaseKit
import Testing

@Suite struct CivilDayTests {
    @Test func countsDaysBothWays() {
        for number in stride(from: Int64(-800_000), through: 800_000, by: 97) {
            let date = CivilDay(number: number).date
            #expect(CivilDay(year: date.year, month: date.month, day: date.day).number == number)
        }
        #expect(CivilDay(number: 0).date == (1970, 1, 1))
        #expect(CivilDay(year: 2000, month: 2, day: 29).number + 1 == CivilDay(year: 2000, month: 3, day: 1).number)
    }

    @Test(
        arguments: [((1970, 1, 1), 4), ((2026, 12, 1), 2), ((2026, 11, 29), 7), ((1969, 12, 29), 1)]
            as [((Int64, Int64, Int64), Int64)]
    )
    func knowsWeekdays(_ date: (Int64, Int64, Int64), _ weekday: Int64) {
        #expect(CivilDay(year: date.0, month: date.1, day: date.2).weekday == weekday)
    }

    @Test(
        arguments: [
            (1961, 4, 2), (2000, 4, 23), (2008, 3, 23), (2011, 4, 24), (2024, 3, 31), (2025, 4, 20), (2026, 4, 5),
            (2027, 3, 28), (2038, 4, 25), (2285, 3, 22),
        ] as [(Int64, Int64, Int64)]
    )
    func knowsEaster(_ date: (Int64, Int64, Int64)) {
        #expect(CivilDay.easter(of: date.0) == CivilDay(year: date.0, month: date.1, day: date.2))
    }
}
