import Testing

/// The one file in an archive that stores it as it is (PKWARE APPNOTE 6.3.10).
struct StoredEntry {
    var name: String
    var content: [UInt8]

    /// Reads an archive from its end, and compares all that it says twice.
    init(readingZip bytes: [UInt8]) throws {
        func number(_ offset: Int, _ count: Int) -> Int {
            (0..<count).reversed().reduce(0) { $0 << 8 | Int(bytes[offset + $1]) }
        }
        // The end of the directory, without a comment.
        let end = bytes.count - 22
        try #require(end >= 0 && number(end, 4) == 0x0605_4B50)
        #expect(number(end + 4, 4) == 0, "one disk")
        #expect(number(end + 8, 2) == 1)
        #expect(number(end + 10, 2) == 1)
        #expect(number(end + 20, 2) == 0)
        let (size, directory) = (number(end + 12, 4), number(end + 16, 4))
        try #require(directory + size == end)

        try #require(number(directory, 4) == 0x0201_4B50)
        let nameLength = number(directory + 28, 2)
        #expect(size == 46 + nameLength)
        #expect(number(directory + 30, 4) == 0, "neither extra field nor comment")
        let header = number(directory + 42, 4)
        #expect(header == 0)
        name = String(decoding: bytes[(directory + 46)..<(directory + 46 + nameLength)], as: UTF8.self)

        // The header before the file says the same again: version, flags, method, time, checksum, lengths.
        try #require(number(header, 4) == 0x0403_4B50)
        #expect(bytes[(header + 4)..<(header + 30)].elementsEqual(bytes[(directory + 6)..<(directory + 32)]))
        #expect(bytes[(header + 30)..<(header + 30 + nameLength)].elementsEqual(name.utf8))
        #expect(number(directory + 10, 2) == 0, "stored")
        let begin = header + 30 + nameLength
        let length = number(directory + 24, 4)
        #expect(number(directory + 20, 4) == length)
        try #require(begin + length == directory)
        content = Array(bytes[begin..<directory])
        #expect(UInt32(number(directory + 16, 4)) == Self.checksum(content))
    }

    /// CRC-32, bit by bit.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var register: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            register ^= UInt32(byte)
            for _ in 0..<8 { register = register & 1 == 1 ? register >> 1 ^ 0xEDB8_8320 : register >> 1 }
        }
        return ~register
    }
}
