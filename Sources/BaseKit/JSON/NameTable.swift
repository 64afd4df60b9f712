/// Names to be recognised in bytes, without making a string first.
package struct NameTable: Sendable {
    /// All names one behind another, by length.
    private let bytes: [UInt8]
    /// Where the names of each length begin among them; one more than there are lengths.
    private let starts: [Int]
    /// The number of each name among those given, in the order in which they lie here.
    private let numbers: [Int]
    /// How many shorter names there are, by length.
    private let shorter: [Int]

    package init(_ names: [String]) {
        let sorted = names.enumerated().sorted { $0.element.utf8.count < $1.element.utf8.count }
        bytes = sorted.flatMap(\.element.utf8)
        numbers = sorted.map(\.offset)
        let lengths = sorted.map(\.element.utf8.count)
        let most = (lengths.max() ?? 0) + 1
        shorter = (0...most).map { length in lengths.count { $0 < length } }
        starts = (0...most).map { length in lengths.reduce(0) { $0 + ($1 < length ? $1 : 0) } }
    }

    /// The number of the name that these bytes spell, if it is one.
    package func number(of name: Span<UInt8>) -> Int? {
        let length = name.count
        guard length < starts.count - 1, length > 0 else { return nil }
        let bytes = bytes.span
        var start = starts[length]
        var place = shorter[length]
        next: while start < starts[length + 1] {
            defer {
                start += length
                place += 1
            }
            for index in 0..<length where bytes[start + index] != name[index] { continue next }
            return numbers[place]
        }
        return nil
    }
}
