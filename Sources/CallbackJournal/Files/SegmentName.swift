/// What a journal's file is called: `journal-`, its number in at least 8 digits, its tag in 16 hexadecimal digits, and
/// `.seg`.
///
/// The tag is drawn when the file is made, and begins each record in it. Bodies come from outside: without something
/// that nobody there can know, one could hold what looks like a record. Numbers are consecutive in the order of use, so
/// that one that is missing shows.
struct SegmentName: Hashable, Sendable {
    static let prefix = "journal-"
    private static let suffix = ".seg"

    let number: Int
    let tag: UInt64

    /// The name of a new file.
    init(new number: Int) {
        self.number = number
        tag = UInt64.random(in: 1 ... .max)
    }

    /// Reads a name; `nil` when it is not one.
    init?(_ name: String) {
        guard name.hasPrefix(Self.prefix), name.hasSuffix(Self.suffix) else { return nil }
        let parts = name.dropLast(Self.suffix.count).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let number = Int(parts[1]), number >= 0,
            let tag = UInt64(parts[2], radix: 16)
        else { return nil }
        self.number = number
        self.tag = tag
        guard text == name else { return nil }
    }

    /// The name itself.
    var text: String {
        "\(Self.prefix)\(Self.text(number))-\(Self.padded(String(tag, radix: 16), to: 16))\(Self.suffix)"
    }

    /// A segment's number as names have it.
    static func text(_ number: Int) -> String { padded(String(number), to: 8) }

    private static func padded(_ digits: String, to count: Int) -> String {
        String(repeating: "0", count: max(0, count - digits.count)) + digits
    }
}
