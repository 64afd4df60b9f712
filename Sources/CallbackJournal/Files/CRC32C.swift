/// CRC-32C (Castagnoli), eight bytes at a time: tells a record that was written whole from anything else.
enum CRC32C {
    /// Eight tables of 256, one behind another: table k is for a byte with k bytes behind it.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var value = UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? 0x82F6_3B78 ^ (value >> 1) : value >> 1 }
            tables[byte] = value
        }
        for index in 256..<tables.count {
            let before = tables[index - 256]
            tables[index] = tables[Int(before & 0xFF)] ^ (before >> 8)
        }
        return tables
    }()

    /// The checksum of some parts of `bytes`, one behind another.
    static func checksum(_ bytes: [UInt8], _ ranges: Range<Int>...) -> UInt32 {
        ~ranges.reduce(.max) { update($0, bytes, $1) }
    }

    private static func update(_ start: UInt32, _ bytes: [UInt8], _ range: Range<Int>) -> UInt32 {
        let tables = tables
        var crc = start
        var index = range.lowerBound
        while index + 8 <= range.upperBound {
            let low =
                crc
                ^ (UInt32(bytes[index]) | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2]) << 16
                    | UInt32(bytes[index + 3]) << 24)
            let first = tables[0x700 + Int(low & 0xFF)] ^ tables[0x600 + Int(low >> 8 & 0xFF)]
            let second = tables[0x500 + Int(low >> 16 & 0xFF)] ^ tables[0x400 + Int(low >> 24)]
            let third = tables[0x300 + Int(bytes[index + 4])] ^ tables[0x200 + Int(bytes[index + 5])]
            let fourth = tables[0x100 + Int(bytes[index + 6])] ^ tables[Int(bytes[index + 7])]
            crc = first ^ second ^ third ^ fourth
            index += 8
        }
        while index < range.upperBound {
            crc = tables[Int((crc ^ UInt32(bytes[index])) & 0xFF)] ^ (crc >> 8)
            index += 1
        }
        return crc
    }
}
