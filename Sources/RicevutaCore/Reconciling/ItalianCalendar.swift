package import BaseKit

/// Working days as the provider's people count them: Monday to Friday by the clock of Rome, without national holidays.
///
/// Rome's clock is computed by the rule that holds since 1996, so that no time zone database is needed.
package enum ItalianCalendar {
    /// The day that it is in Rome.
    package static func day(of time: Timestamp) -> CivilDay {
        let local = time.seconds + offset(at: time)
        return CivilDay(number: local >= 0 ? local / 86_400 : (local - 86_399) / 86_400)
    }

    /// When a day begins in Rome.
    package static func beginning(of day: CivilDay) -> Timestamp {
        let winter = Timestamp(seconds: day.number * 86_400 - 3600)
        // The clock is changed an hour or two after a day has begun.
        return offset(at: winter - .seconds(3600)) == 7200 ? winter - .seconds(3600) : winter
    }

    /// Whether people work on that day.
    package static func isWorkingDay(_ day: CivilDay) -> Bool { day.weekday <= 5 && !isHoliday(day) }

    /// The end of the last of so many working days, the first of which is the one after the day of `time`.
    package static func end(ofWorkingDays count: Int, after time: Timestamp) -> Timestamp {
        var day = day(of: time)
        var left = count
        while left > 0 {
            day = day + 1
            if isWorkingDay(day) { left -= 1 }
        }
        return beginning(of: day + 1)
    }

    private static func isHoliday(_ day: CivilDay) -> Bool {
        let (year, month, number) = day.date
        switch (month, number) {
        case (1, 1), (1, 6), (4, 25), (5, 1), (6, 2), (8, 15), (11, 1), (12, 8), (12, 25), (12, 26): return true
        // Saint Francis, a holiday again by law 151/2025.
        case (10, 4): return year >= 2026
        default: return day == CivilDay.easter(of: year) + 1
        }
    }

    /// How many seconds Rome is ahead of UTC: two hours from the last Sunday in March to that in October, at 01:00 UTC.
    private static func offset(at time: Timestamp) -> Int64 {
        let year = CivilDay(number: time.seconds / 86_400).date.year
        func change(_ month: Int64) -> Int64 {
            let last = CivilDay(year: year, month: month, day: 31)
            return (last.number - last.weekday % 7) * 86_400 + 3600
        }
        return (change(3)..<change(10)).contains(time.seconds) ? 7200 : 3600
    }
}
