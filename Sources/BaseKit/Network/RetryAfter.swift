/// Reads the header `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date in any of the three forms of HTTP
/// (section 5.6.7).
package enum RetryAfter {
    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

    /// How long to wait from `now`; zero for a date that has passed, `nil` for what is neither form.
    package static func duration(_ text: String, now: Timestamp) -> Duration? {
        let text = text.filter { $0 != "\t" }
        let trimmed = text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
        let value = String(trimmed)
        if !value.isEmpty, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            // More seconds than can be counted are as many as can be.
            return .seconds(min(Int64(value) ?? .max, 10 * 365 * 86_400))
        }
        return date(value, now: now).map { max(.zero, $0 - now) }
    }

    /// A date of HTTP, also that of the header `Date`: `Sun, 06 Nov 1994 08:49:37 GMT`,
    /// `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`.
    package static func date(_ text: String, now: Timestamp) -> Timestamp? {
        var words = text.lowercased().split { $0 == " " || $0 == "," || $0 == "-" }.map(String.init)
        if words.last == "gmt" { words.removeLast() }
        guard words.count == 5 else { return nil }
        if let month = months.firstIndex(of: words[1]) {
            return time(day: words[2], month: month + 1, year: words[4], clock: words[3], now: now)
        }
        guard let month = months.firstIndex(of: words[2]) else { return nil }
        return time(day: words[1], month: month + 1, year: words[3], clock: words[4], now: now)
    }

    private static func time(day: String, month: Int, year: String, clock: String, now: Timestamp) -> Timestamp? {
        let clock = clock.split(separator: ":", omittingEmptySubsequences: false).compactMap { number($0, digits: 2) }
        guard let day = number(day[...], digits: 2), (1...31).contains(day), clock.count == 3, clock[0] < 24,
            clock[1] < 60, clock[2] <= 60, var year = number(year[...], digits: 4)
        else { return nil }
        if year < 100 {
            // A year of two digits that seems more than 50 years ahead is of the last century (RFC 9110, 5.6.7).
            let thisYear = Int(now.seconds / 31_556_952) + 1970
            year += thisYear / 100 * 100
            if year > thisYear + 50 { year -= 100 }
        }
        let seconds = daysSince1970(year: year, month: month, day: day) * 86_400
        return Timestamp(seconds: Int64(seconds + clock[0] * 3600 + clock[1] * 60 + clock[2]))
    }

    private static func number(_ text: Substring, digits: Int) -> Int? {
        guard (1...digits).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    /// The day's number from 1970-01-01 in the Gregorian calendar (Howard Hinnant's `days_from_civil`).
    private static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
