extension JSONValue {
    /// How much one JSON text may hold.
    public struct Limits: Sendable {
        /// The number of containers inside one another.
        public var depth: Int
        /// The number of members and elements in all containers together.
        public var members: Int

        /// Creates limits; 64 containers deep and 100,000 members by default.
        public init(depth: Int = 64, members: Int = 100_000) {
            self.depth = depth
            self.members = members
        }
    }

    /// Parses one JSON value and nothing after it but white space.
    ///
    /// Strict RFC 8259 in UTF-8, without a byte order mark. Of members with the same name the last one counts. Any
    /// input ends in a value or an error; the depth limit bounds the stack.
    ///
    /// - Throws: ``JSONParsingError`` with the byte offset.
    public init(parsing bytes: [UInt8], limits: Limits = Limits()) throws(JSONParsingError) {
        var parser = JSONParser(bytes: bytes, limits: limits)
        self = try parser.parse()
    }
}

/// A recursive descent over bytes.
package struct JSONParser {
    package let bytes: [UInt8]
    package var index = 0
    package let depthLimit: Int
    private var membersLeft: Int

    package init(bytes: [UInt8], limits: JSONValue.Limits) {
        self.bytes = bytes
        depthLimit = limits.depth
        membersLeft = limits.members
    }

    package mutating func parse() throws(JSONParsingError) -> JSONValue {
        let value = try value(depth: 0)
        try end()
        return value
    }

    /// Makes sure that nothing follows.
    package mutating func end() throws(JSONParsingError) {
        skipWhitespace()
        guard index == bytes.count else { throw JSONParsingError(.trailingContent, at: index) }
    }

    /// Reads one value that is inside of so many containers.
    package mutating func value(depth: Int) throws(JSONParsingError) -> JSONValue {
        skipWhitespace()
        guard index < bytes.count else { throw JSONParsingError(.unexpectedEnd, at: index) }
        switch bytes[index] {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw JSONParsingError(.unexpectedByte, at: index)
        }
    }

    private mutating func object(depth: Int) throws(JSONParsingError) -> JSONValue {
        guard depth <= depthLimit else { throw JSONParsingError(.tooDeep, at: index) }
        index += 1
        var members: [JSONObject.Member] = []
        // Small objects are searched, large ones indexed: no input makes this quadratic.
        var places: [String: Int] = [:]
        // One bit for each name seen, by its length and last byte: a name whose bit is not set is surely new.
        var seen: UInt64 = 0
        skipWhitespace()
        if take(UInt8(ascii: "}")) { return .object(JSONObject()) }
        while true {
            skipWhitespace()
            try openName()
            let key = try string()
            try colon()
            let value = try value(depth: depth)
            let bit = Self.bit(of: key)
            if seen & bit != 0, let place = Self.place(of: key, in: members, &places) {
                members[place].value = value
            } else {
                if members.isEmpty { members.reserveCapacity(8) }
                if !places.isEmpty { places[key] = members.count }
                members.append(JSONObject.Member(key, value))
                seen |= bit
            }
            if try endsObject() { return .object(JSONObject(unique: members)) }
        }
    }

    /// Makes sure that a member's name begins here.
    package mutating func openName() throws(JSONParsingError) {
        guard index < bytes.count else { throw JSONParsingError(.unexpectedEnd, at: index) }
        guard bytes[index] == UInt8(ascii: "\"") else { throw JSONParsingError(.unexpectedByte, at: index) }
    }

    package mutating func colon() throws(JSONParsingError) {
        skipWhitespace()
        try expect(UInt8(ascii: ":"))
        try countMember()
    }

    /// Whether the object ends here, and not another member follows.
    package mutating func endsObject() throws(JSONParsingError) -> Bool {
        skipWhitespace()
        if take(UInt8(ascii: ",")) { return false }
        try expect(UInt8(ascii: "}"))
        return true
    }

    private static func place(
        of key: String,
        in members: [JSONObject.Member],
        _ places: inout [String: Int]
    ) -> Int? {
        if members.count < 32 { return members.firstIndex { $0.key == key } }
        if places.isEmpty {
            for (place, member) in members.enumerated() { places[member.key] = place }
        }
        return places[key]
    }

    private static func bit(of key: String) -> UInt64 {
        1 << UInt64((key.utf8.count &* 11 &+ Int(key.utf8.last ?? 0)) & 63)
    }

    private mutating func array(depth: Int) throws(JSONParsingError) -> JSONValue {
        guard depth <= depthLimit else { throw JSONParsingError(.tooDeep, at: index) }
        index += 1
        var elements: [JSONValue] = []
        skipWhitespace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        while true {
            try countMember()
            elements.append(try value(depth: depth))
            skipWhitespace()
            if take(UInt8(ascii: ",")) { continue }
            try expect(UInt8(ascii: "]"))
            return .array(elements)
        }
    }

    package mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONParsingError) -> JSONValue {
        for expected in text.description.utf8 {
            guard index < bytes.count else { throw JSONParsingError(.unexpectedEnd, at: index) }
            guard bytes[index] == expected else { throw JSONParsingError(.unexpectedByte, at: index) }
            index += 1
        }
        return value
    }

    private mutating func number() throws(JSONParsingError) -> JSONValue {
        let start = index
        try skipNumber()
        return .number(String(decoding: bytes[start..<index], as: UTF8.self))
    }

    package mutating func skipNumber() throws(JSONParsingError) {
        _ = take(UInt8(ascii: "-"))
        if take(UInt8(ascii: "0")) {
            if isDigit { throw JSONParsingError(.invalidNumber, at: index) }
        } else {
            try digits()
        }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
    }

    private mutating func digits() throws(JSONParsingError) {
        guard isDigit else { throw JSONParsingError(.invalidNumber, at: index) }
        while isDigit { index += 1 }
    }

    private var isDigit: Bool {
        index < bytes.count && bytes[index] >= UInt8(ascii: "0") && bytes[index] <= UInt8(ascii: "9")
    }

    package mutating func countMember() throws(JSONParsingError) {
        guard membersLeft > 0 else { throw JSONParsingError(.tooManyMembers, at: index) }
        membersLeft -= 1
    }

    package mutating func skipWhitespace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            default: return
            }
        }
    }

    package mutating func take(_ byte: UInt8) -> Bool {
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    package mutating func expect(_ byte: UInt8) throws(JSONParsingError) {
        guard index < bytes.count else { throw JSONParsingError(.unexpectedEnd, at: index) }
        guard take(byte) else { throw JSONParsingError(.unexpectedByte, at: index) }
    }
}
