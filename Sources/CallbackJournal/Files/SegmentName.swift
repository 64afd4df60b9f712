/// What a journal's file is called: `journal-`, its number, and its tag in 16 hexadecimal digits.
///
/// The tag is drawn when the file is made, and begins each record in it. Bodies come from outside: without something
/// that nobody there can know, one could hold what looks like a record.
struct SegmentName: Equatable {
    static let prefix = "journal-"

    let number: Int
    let tag: UInt64

    /// The name of a new file.
    init(new number: Int) {
        self.number = number
        tag = UInt64.random(in: 1 ... .max)
    }

    /// Reads a name; `nil` when it is not one.
    init?(_ name: String) {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, name.hasPrefix(Self.prefix), let number = Int(parts[1]),
            let tag = UInt64(parts[2], radix: 16)
        else { return nil }
        self.number = number
        self.tag = tag
        guard text == name else { return nil }
    }

    /// The name itself.
    var text: String {
        let digits = String(tag, radix: 16)
        return "\(Self.prefix)\(number)-\(String(repeating: "0", count: 16 - digits.count))\(digits)"
    }
}
