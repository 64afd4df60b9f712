/// Base64 decoded piece by piece: at most three characters are held back between pieces.
///
/// Both alphabets are read. White space is skipped, missing filling is tolerated. Refused: other characters, anything
/// but filling and white space after filling, and an end that leaves bits over. Bytes go to a buffer of the caller's,
/// which has to have room: three bytes for each character pushed or group run through.
package struct Base64Stream {
    private var group: UInt32 = 0
    private var groupCount = 0
    private var paddingCount = 0

    package init() {}

    /// Takes one character; `false` when it cannot stand here.
    package mutating func push(_ character: UInt8, into buffer: inout [UInt8], at written: inout Int) -> Bool {
        let value = Self.values[Int(character)]
        switch value {
        case 0..<64:
            guard paddingCount == 0 else { return false }
            group = group << 6 | UInt32(value)
            groupCount += 1
            if groupCount == 4 {
                buffer[written] = UInt8(truncatingIfNeeded: group >> 16)
                buffer[written + 1] = UInt8(truncatingIfNeeded: group >> 8)
                buffer[written + 2] = UInt8(truncatingIfNeeded: group)
                written += 3
                group = 0
                groupCount = 0
            }
            return true
        case Self.padding:
            paddingCount += 1
            return groupCount >= 2 && groupCount + paddingCount <= 4
        case Self.whitespace: return true
        default: return false
        }
    }

    /// Decodes whole groups of plain characters.
    ///
    /// It stops at the first other character or when the buffer is full, and returns the index reached. Everything else
    /// goes through ``push(_:into:at:)``.
    package func run(
        _ text: ArraySlice<UInt8>,
        from start: Int,
        into buffer: inout [UInt8],
        at written: inout Int
    ) -> Int {
        guard groupCount == 0, paddingCount == 0 else { return start }
        let values = Self.values
        var place = written
        var index = start
        let end = start + min((text.endIndex - start) / 4, (buffer.count - place) / 3) * 4
        while index < end {
            let one = values[Int(text[index])]
            let two = values[Int(text[index + 1])]
            let three = values[Int(text[index + 2])]
            let four = values[Int(text[index + 3])]
            if (one | two | three | four) & 0xC0 != 0 { break }
            let group = UInt32(one) << 18 | UInt32(two) << 12 | UInt32(three) << 6 | UInt32(four)
            buffer[place] = UInt8(truncatingIfNeeded: group >> 16)
            buffer[place + 1] = UInt8(truncatingIfNeeded: group >> 8)
            buffer[place + 2] = UInt8(truncatingIfNeeded: group)
            index += 4
            place += 3
        }
        written = place
        return index
    }

    /// Ends the text and decodes what was held back; `false` when it was cut within a group.
    package mutating func finish(into buffer: inout [UInt8], at written: inout Int) -> Bool {
        defer { self = Base64Stream() }
        guard paddingCount == 0 || groupCount + paddingCount == 4 else { return false }
        switch groupCount {
        case 0: return true
        case 2:
            buffer[written] = UInt8(truncatingIfNeeded: group >> 4)
            written += 1
            return group & 0xF == 0
        case 3:
            buffer[written] = UInt8(truncatingIfNeeded: group >> 10)
            buffer[written + 1] = UInt8(truncatingIfNeeded: group >> 2)
            written += 2
            return group & 0x3 == 0
        default: return false
        }
    }

    // Classes above 63 have one of the two high bits set, so that one test finds them in a group of four.
    private static let padding: UInt8 = 64
    private static let whitespace: UInt8 = 65
    private static let other: UInt8 = 255

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: other, count: 256)
        for (value, character) in Base64.standardDigits.enumerated() { values[Int(character)] = UInt8(value) }
        values[Int(UInt8(ascii: "-"))] = 62
        values[Int(UInt8(ascii: "_"))] = 63
        values[Int(UInt8(ascii: "="))] = padding
        for character in [0x20, 0x09, 0x0A, 0x0D] { values[character] = whitespace }
        return values
    }()
}
