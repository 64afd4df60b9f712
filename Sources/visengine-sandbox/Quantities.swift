import ArgumentParser
import BaseKit

/// A duration of the command line: `500ms`, `2s`, `1m`.
struct Span: ExpressibleByArgument {
    let duration: Duration

    init?(argument: String) {
        guard let duration = Quantity.duration(argument) else { return nil }
        self.duration = duration
    }
}

/// A size of the command line: `20000`, `64KiB`, `256MiB`, `1GiB`.
struct ByteCount: ExpressibleByArgument, CustomStringConvertible {
    let bytes: Int

    init(bytes: Int) { self.bytes = bytes }

    init?(argument: String) {
        guard let size = Quantity.size(argument), size <= 1 << 40 else { return nil }
        bytes = Int(size)
    }

    var description: String { String(bytes) }
    var defaultValueDescription: String { description }
}
