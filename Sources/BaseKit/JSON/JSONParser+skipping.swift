// Passing over what nobody asks for, by the same rules as reading it.
extension JSONParser {
    /// Passes over one value.
    package mutating func skipValue(depth: Int) throws(JSONParsingError) {
        skipWhitespace()
        guard index < bytes.count else { throw JSONParsingError(.unexpectedEnd, at: index) }
        switch bytes[index] {
        case UInt8(ascii: "\""): try skipString()
        case UInt8(ascii: "{"): try skipObject(depth: depth + 1)
        case UInt8(ascii: "["): try skipArray(depth: depth + 1)
        case UInt8(ascii: "t"): _ = try literal("true", .null)
        case UInt8(ascii: "f"): _ = try literal("false", .null)
        case UInt8(ascii: "n"): _ = try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try skipNumber()
        default: throw JSONParsingError(.unexpectedByte, at: index)
        }
    }

    private mutating func skipObject(depth: Int) throws(JSONParsingError) {
        guard depth <= depthLimit else { throw JSONParsingError(.tooDeep, at: index) }
        index += 1
        skipWhitespace()
        if take(UInt8(ascii: "}")) { return }
        repeat {
            skipWhitespace()
            try openName()
            try skipString()
            try colon()
            try skipValue(depth: depth)
        } while try !endsObject()
    }

    private mutating func skipArray(depth: Int) throws(JSONParsingError) {
        guard depth <= depthLimit else { throw JSONParsingError(.tooDeep, at: index) }
        index += 1
        skipWhitespace()
        if take(UInt8(ascii: "]")) { return }
        while true {
            try countMember()
            try skipValue(depth: depth)
            skipWhitespace()
            if take(UInt8(ascii: ",")) { continue }
            return try expect(UInt8(ascii: "]"))
        }
    }
}
