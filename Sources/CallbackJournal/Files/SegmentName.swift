/// What a journal's file is called: `journal-`, its number in at least 8 digits, its tag in 16 hexadecimal digits, and
/// `.seg`.
///
/// The tag is drawn when the file is made, and begins each record in it. Bodies come from outside: without something
/// that nobody there can know, one could hold what looks like a record. Numbers are consecutive in the order of use, so
/// that one that is missing shows. Files without `.seg` are those of the first version, which used them again and
/// again.
struct SegmentName: Hashable, Sendable {
    static let prefix = "journal-"
    private static let suffix = ".seg"

    let number: Int
    let tag: UInt64
    /// Whether the first version of the journal wrote the file.
    let isOld: Bool

    /// The name of a new file.
    init(new number: Int) {
        self.number = number
        tag = UInt64.random(in: 1 ... .max)
        isOld = false
    }

    /// Reads a name; `nil` when it is not one.
    init?(_ name: String) {
        isOld = !name.hasSuffix(Self.suffix)
        let stem = isOld ? name[...] : name.dropLast(Self.suffix.count)
        let parts = stem.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, name.hasPrefix(Self.prefix), let number = Int(parts[1]), number >= 0,
            let tag = UInt64(parts[2], radix: 16)
        else { return nil }
        self.number = number
        self.tag = tag
        guard text == name else { return nil }
    }

    /// The name itself.
    var text: String {
        let digits = Self.padded(String(tag, radix: 16), to: 16)
        return isOld
            ? "\(Self.prefix)\(number)-\(digits)" : "\(Self.prefix)\(Self.text(number))-\(digits)\(Self.suffix)"
    }

    /// A segment's number as names have it.
    static func text(_ number: Int) -> String { padded(String(number), to: 8) }

    private static func padded(_ digits: String, to count: Int) -> String {
        String(repeating: "0", count: max(0, count - digits.count)) + digits
    }
}
