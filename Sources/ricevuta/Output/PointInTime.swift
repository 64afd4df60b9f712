import ArgumentParser
import BaseKit
import FoundationEssentials

/// A point in time as an operator writes it: how long ago, or when.
struct PointInTime: ExpressibleByArgument {
    /// What was written.
    let timestamp: Timestamp

    /// Reads `2h`, `7d` and the like as a time before now, else a date or a time of RFC 3339.
    init?(argument: String) { self.init(argument, now: .now()) }

    init?(_ text: String, now: Timestamp) {
        if let age = Quantity.duration(text) {
            timestamp = now - age
            return
        }
        let isDate = text.utf8.count == "2026-03-01".utf8.count
        // What is neither is refused by the parser of arguments.
        guard let date = try? Date(isDate ? text + "T00:00:00Z" : text, strategy: .iso8601) else { return nil }
        timestamp = Timestamp(milliseconds: Int64(date.timeIntervalSince1970 * 1000))
    }
}

extension Timestamp {
    /// How long ago it was: `5 min ago`.
    func age(at now: Timestamp) -> String { "\(Quantity.spoken(now - self)) ago" }

    /// When it will be: `in 5 min`, or `now`.
    func wait(at now: Timestamp) -> String { self <= now ? "now" : "in \(Quantity.spoken(self - now))" }
}
