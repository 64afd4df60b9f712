import ArgumentParser
import BaseKit

/// Which entries of a list by their time.
struct SinceOption: ParsableArguments {
    @Option(
        help: """
            Only what was recorded since then: a duration such as 90m or 2d, a day such as 2026-12-01, or a time such \
            as 2026-12-01T09:30Z; days and times are UTC.
            """,
        transform: { text in
            guard let time = Self.time(text, now: .now()) else {
                throw ValidationError("--since must be a duration (2d), a day (2026-12-01) or a time (…T09:30Z).")
            }
            return time
        }
    )
    var since: Timestamp?

    /// Reads a time that people write.
    ///
    /// - Parameters:
    ///   - text: As above; also as this program prints times.
    ///   - now: What durations count back from.
    /// - Returns: The time; `nil` for anything else.
    static func time(_ text: String, now: Timestamp) -> Timestamp? {
        if let duration = Quantity.duration(text) { return now - duration }
        var text = text
        if text.hasSuffix("Z") { text.removeLast() }
        let parts = text.split(separator: text.contains("T") ? "T" : " ", omittingEmptySubsequences: false)
        guard let day = parts.first.flatMap({ numbers($0, by: "-", [4, 2, 2]) }), (1...12).contains(day[1]),
            (1...31).contains(day[2]), parts.count <= 2
        else { return nil }
        let civil = CivilDay(year: day[0], month: day[1], day: day[2])
        guard civil.date.day == day[2] else { return nil }
        var seconds = civil.number * 86_400
        if parts.count == 2 {
            let clock = parts[1].split(separator: ".").first ?? ""
            guard let time = numbers(clock, by: ":", [2, 2, 2]) ?? numbers(clock, by: ":", [2, 2]), time[0] < 24,
                time[1] < 60, time.last ?? 0 < 60
            else { return nil }
            seconds += time[0] * 3600 + time[1] * 60 + (time.count > 2 ? time[2] : 0)
        }
        return Timestamp(seconds: seconds)
    }

    private static func numbers(_ text: Substring, by separator: Character, _ lengths: [Int]) -> [Int64]? {
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == lengths else { return nil }
        let numbers = parts.compactMap { $0.utf8.allSatisfy(ASCII.isDigit) ? Int64($0) : nil }
        return numbers.count == lengths.count ? numbers : nil
    }
}
