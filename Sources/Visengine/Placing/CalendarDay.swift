import BaseKit

/// Days of the Gregorian calendar as the provider's forms take them.
enum CalendarDay {
    /// Whether the text is `dd-mm-yyyy` and such a day exists.
    static func isDayFirst(_ text: String) -> Bool {
        guard let numbers = numbers(text, lengths: [2, 2, 4]) else { return false }
        return exists(year: numbers[2], month: numbers[1], day: numbers[0])
    }

    /// Whether the text is `yyyy-mm-dd` and such a day exists.
    static func isYearFirst(_ text: String) -> Bool {
        guard let numbers = numbers(text, lengths: [4, 2, 2]) else { return false }
        return exists(year: numbers[0], month: numbers[1], day: numbers[2])
    }

    private static func numbers(_ text: String, lengths: [Int]) -> [Int]? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == lengths, parts.allSatisfy({ $0.utf8.allSatisfy(ASCII.isDigit) }) else {
            return nil
        }
        return parts.compactMap { Int($0) }
    }

    private static func exists(year: Int, month: Int, day: Int) -> Bool {
        guard year > 0, (1...12).contains(month) else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...lengths[month - 1]).contains(day)
    }
}
