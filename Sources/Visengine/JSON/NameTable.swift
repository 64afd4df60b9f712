/// Names to be recognised in bytes, without making a string first.
struct NameTable: Sendable {
    private struct Name {
        var bytes: [UInt8]
        var text: String
    }

    /// By length.
    private let names: [[Name]]
    private let texts: Set<String>

    init(_ names: Set<String>) {
        texts = names
        var table = [[Name]](repeating: [], count: (names.map(\.utf8.count).max() ?? 0) + 1)
        for name in names.sorted() { table[name.utf8.count].append(Name(bytes: Array(name.utf8), text: name)) }
        self.names = table
    }

    /// The name that these bytes spell, if it is one.
    func name(in bytes: [UInt8], _ range: Range<Int>) -> String? {
        guard range.count < names.count else { return nil }
        next: for index in names[range.count].indices {
            for place in range where bytes[place] != names[range.count][index].bytes[place - range.lowerBound] {
                continue next
            }
            return names[range.count][index].text
        }
        return nil
    }

    /// The name, if it is one.
    func name(_ text: String) -> String? { texts.contains(text) ? text : nil }
}
