import ArgumentParser

/// A duration as people write it: `500ms`, `2s`, `1m`; a bare number is seconds.
struct Span: ExpressibleByArgument {
    let duration: Duration

    init?(argument: String) {
        let units: [(String, Duration)] = [
            ("ms", .milliseconds(1)), ("s", .seconds(1)), ("m", .seconds(60)), ("h", .seconds(3600)), ("", .seconds(1)),
        ]
        guard let (suffix, unit) = units.first(where: { argument.hasSuffix($0.0) }),
            let number = Double(argument.dropLast(suffix.count)), number >= 0, number <= 1_000_000
        else { return nil }
        duration = unit * number
    }
}

/// A length as people write it: `20000`, `64KiB`, `256MiB`, `1GiB`.
struct ByteCount: ExpressibleByArgument, CustomStringConvertible {
    let bytes: Int

    init(bytes: Int) { self.bytes = bytes }

    init?(argument: String) {
        let units = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("kB", 1000), ("MB", 1_000_000), ("", 1)]
        guard let (suffix, unit) = units.first(where: { argument.hasSuffix($0.0) }),
            let number = Int(argument.dropLast(suffix.count)), number >= 0, number <= 1 << 40
        else { return nil }
        bytes = number * unit
    }

    var description: String { String(bytes) }
    var defaultValueDescription: String { description }
}
