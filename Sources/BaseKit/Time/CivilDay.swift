/// A day of the proleptic Gregorian calendar, without a time zone.
public struct CivilDay: Sendable, Hashable, Comparable {
    /// Days since 1970-01-01; negative before.
    public var number: Int64

    /// Creates a day from its number.
    public init(number: Int64) { self.number = number }

    /// Creates a day from its date (Howard Hinnant's `days_from_civil`); a day or month beyond its range gives some
    /// other day.
    public init(year: Int64, month: Int64, day: Int64) {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        number = era * 146_097 + dayOfEra - 719_468
    }

    /// Year, month from 1 and day from 1 (Howard Hinnant's `civil_from_days`).
    public var date: (year: Int64, month: Int64, day: Int64) {
        let shifted = number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        )
    }

    /// The day of the week: 1 for Monday to 7 for Sunday.
    public var weekday: Int64 {
        let rest = (number + 3) % 7  // 1970-01-01 was a Thursday.
        return (rest >= 0 ? rest : rest + 7) + 1
    }

    /// Easter Sunday of a year (the anonymous Gregorian algorithm, as Meeus has it).
    public static func easter(of year: Int64) -> CivilDay {
        let (golden, century, rest) = (year % 19, year / 100, year % 100)
        let correction = (century + 8) / 25
        let epact = (19 * golden + century - century / 4 - (century - correction + 1) / 3 + 15) % 30
        let weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7
        let late = (golden + 11 * epact + 22 * weekday) / 451
        let sum = epact + weekday - 7 * late + 114
        return CivilDay(year: year, month: sum / 31, day: sum % 31 + 1)
    }

    /// The day so many days later.
    public static func + (day: CivilDay, days: Int64) -> CivilDay { CivilDay(number: day.number + days) }

    /// Earlier is less.
    public static func < (left: CivilDay, right: CivilDay) -> Bool { left.number < right.number }
}
