/// Documents made by hand, small and whole.
enum SampleDocuments {
    static let pdf = Array("%PDF-1.4\n1 0 obj\n<<>>\nendobj\nxref\n0 1\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n".utf8)

    static let xml = Array("<?xml version=\"1.0\"?>\n<visura><atto/></visura>\n".utf8)

    /// A zip of stored entries without content (PKWARE APPNOTE 6.3.10, section 4.3).
    static func zip(names: [String] = ["visura.pdf", "atto.xml"], comment: String = "") -> [UInt8] {
        var bytes: [UInt8] = []
        var directory: [UInt8] = []
        for name in names {
            let offset = bytes.count
            bytes += [0x50, 0x4B, 0x03, 0x04] + [UInt8](repeating: 0, count: 22)
            bytes += number(name.utf8.count, 2) + number(0, 2) + Array(name.utf8)
            directory += [0x50, 0x4B, 0x01, 0x02] + [UInt8](repeating: 0, count: 24)
            directory += number(name.utf8.count, 2) + [UInt8](repeating: 0, count: 12)
            directory += number(offset, 4) + Array(name.utf8)
        }
        let start = bytes.count
        bytes += directory
        bytes += [0x50, 0x4B, 0x05, 0x06] + number(0, 4) + number(names.count, 2) + number(names.count, 2)
        return bytes + number(directory.count, 4) + number(start, 4) + number(comment.utf8.count, 2)
            + Array(comment.utf8)
    }

    /// The same with ZIP64 records, its 32-bit fields overflowed.
    static func zip64() -> [UInt8] {
        let short = zip(names: ["a"])
        let end = short.count - 22
        let (size, start) = (47, end - 47)
        var bytes = Array(short[..<end])
        bytes += [0x50, 0x4B, 0x06, 0x06] + number(44, 8) + number(45, 2) + number(45, 2) + number(0, 8)
        bytes += number(1, 8) + number(1, 8) + number(size, 8) + number(start, 8)
        bytes += [0x50, 0x4B, 0x06, 0x07] + number(0, 4) + number(end, 8) + number(1, 4)
        bytes += [0x50, 0x4B, 0x05, 0x06] + number(0, 4) + [0xFF, 0xFF, 0xFF, 0xFF]
        return bytes + [UInt8](repeating: 0xFF, count: 8) + number(0, 2)
    }

    /// A signed envelope around a content, its length said in DER.
    static func p7m(around content: [UInt8]) -> [UInt8] {
        let inner = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02] + content
        return [0x30, 0x82, UInt8(inner.count >> 8), UInt8(inner.count & 0xFF)] + inner
    }

    private static func number(_ value: Int, _ bytes: Int) -> [UInt8] {
        (0..<bytes).map { UInt8(value >> (8 * $0) & 0xFF) }
    }
}
