/// Durations and sizes as people write them: a whole number and a unit, without a space.
package enum Quantity {
    /// Units of time, longest first.
    package static let timeUnits: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]
    /// Units of size, largest first.
    package static let sizeUnits: [(name: String, bytes: Int64)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
    ]

    /// Reads `500ms`, `30s`, `5m`, `2h` or `1d`; nothing for anything else, also for a number without a unit.
    package static func duration(_ text: String) -> Duration? {
        guard let (count, unit) = split(text), let scale = timeUnits.first(where: { $0.name == unit })?.milliseconds
        else { return nil }
        return scaled(count, by: scale).map { .milliseconds($0) }
    }

    /// Reads `8MiB`, `256KiB` or plain bytes; nothing for anything else.
    package static func size(_ text: String) -> Int64? {
        guard let (count, unit) = split(text) else { return nil }
        if unit.isEmpty { return count }
        guard let scale = sizeUnits.first(where: { $0.name == unit })?.bytes else { return nil }
        return scaled(count, by: scale)
    }

    /// A duration of whole milliseconds in the largest unit that leaves no rest.
    package static func text(_ duration: Duration) -> String {
        let parts = duration.components
        let milliseconds = parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000
        guard milliseconds != 0 else { return "0s" }
        let unit = timeUnits.first { milliseconds % $0.milliseconds == 0 } ?? ("ms", 1)
        return "\(milliseconds / unit.milliseconds)\(unit.name)"
    }

    /// About how long, for people: the two largest units that matter, such as `300 ms`, `1 min 30 s` or `2 d 4 h`.
    package static func spoken(_ duration: Duration) -> String {
        let milliseconds = max(0, duration.wholeMilliseconds)
        guard milliseconds >= 1000 else { return "\(milliseconds) ms" }
        // Whole seconds, rounded.
        var rest = (milliseconds + 500) / 1000
        var parts: [String] = []
        for (name, seconds) in [("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)] as [(String, Int64)] {
            let count = rest / seconds
            rest %= seconds
            if count > 0 { parts.append("\(count) \(name)") } else if !parts.isEmpty { break }
            if parts.count == 2 { break }
        }
        return parts.joined(separator: " ")
    }

    /// A size in the largest unit that leaves no rest.
    package static func text(size: Int64) -> String {
        guard size != 0, let unit = sizeUnits.first(where: { size % $0.bytes == 0 }) else { return String(size) }
        return "\(size / unit.bytes)\(unit.name)"
    }

    private static func split(_ text: String) -> (count: Int64, unit: String)? {
        let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard let count = Int64(String(decoding: digits, as: UTF8.self)) else { return nil }
        return (count, String(decoding: text.utf8.dropFirst(digits.count), as: UTF8.self))
    }

    private static func scaled(_ count: Int64, by scale: Int64) -> Int64? {
        let (value, isTooLarge) = count.multipliedReportingOverflow(by: scale)
        return isTooLarge ? nil : value
    }
}
