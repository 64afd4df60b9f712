extension JSONParser {
    /// Reads a string that starts at the quotation mark under the index.
    package mutating func string() throws(JSONParsingError) -> String {
        let start = index + 1
        switch try skipPlainPart() {
        case .ascii: return String(decoding: bytes[start..<index - 1], as: UTF8.self)
        case .other: return try Self.text(bytes[start..<index - 1])
        case .unfinished: return try stringWithEscapes(from: start)
        }
    }

    /// Passes over a string, which is checked as if it were read.
    package mutating func skipString() throws(JSONParsingError) {
        let start = index + 1
        switch try skipPlainPart() {
        case .ascii: return
        case .other: _ = try Self.text(bytes[start..<index - 1])
        case .unfinished: _ = try stringWithEscapes(from: start)
        }
    }

    /// Reads a member's name, with white space before it.
    ///
    /// - Returns: Its number; `nil` when it is none of those in the table.
    package mutating func name(in names: NameTable) throws(JSONParsingError) -> Int? {
        skipWhitespace()
        try openName()
        let start = index + 1
        switch try skipPlainPart() {
        case .ascii: return names.number(of: bytes.span.extracting(start..<index - 1))
        case .other: return names.number(of: try Self.text(bytes[start..<index - 1]).utf8.span)
        case .unfinished: return names.number(of: try stringWithEscapes(from: start).utf8.span)
        }
    }

    /// How far a string could be passed over in one piece.
    private enum PlainPart { case ascii, other, unfinished }

    /// Goes behind a string's end, or to its first escape: nearly always there is none, and the text is one piece.
    private mutating func skipPlainPart() throws(JSONParsingError) -> PlainPart {
        let (part, end) = try Self.plainPart(of: bytes.span, from: index + 1)
        index = end
        return part
    }

    private static func plainPart(of bytes: Span<UInt8>, from start: Int) throws(JSONParsingError) -> (PlainPart, Int) {
        let (quote, backslash) = (UInt8(ascii: "\""), UInt8(ascii: "\\"))
        var seen: UInt8 = 0
        var place = start
        // Sixteen bytes at a time, which the compiler makes a few instructions of, as long as none means anything.
        while bytes.count - place >= 16 {
            let block = bytes.extracting(place..<place + 16)
            var union: UInt8 = 0
            var specials: UInt8 = 0
            for index in 0..<16 {
                let byte = block[index]
                union |= byte
                // In one expression: in three the compiler leaves it a byte at a time.
                specials |= (byte < 0x20 ? 1 : 0) | (byte == quote ? 1 : 0) | (byte == backslash ? 1 : 0)
            }
            guard specials == 0 else { break }
            seen |= union
            place += 16
        }
        while place < bytes.count {
            let byte = bytes[place]
            if byte == quote { return (seen < 0x80 ? .ascii : .other, place + 1) }
            if byte == backslash { return (.unfinished, place) }
            if byte < 0x20 { throw JSONParsingError(.controlCharacter, at: place) }
            seen |= byte
            place += 1
        }
        throw JSONParsingError(.unexpectedEnd, at: place)
    }

    private mutating func stringWithEscapes(from start: Int) throws(JSONParsingError) -> String {
        var unescaped = Array(bytes[start..<index])
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                guard let text = String(validating: unescaped, as: UTF8.self) else {
                    throw JSONParsingError(.invalidUTF8, at: start)
                }
                index += 1
                return text
            }
            if byte < 0x20 { throw JSONParsingError(.controlCharacter, at: index) }
            index += 1
            if byte == UInt8(ascii: "\\") {
                try escape(into: &unescaped)
            } else {
                unescaped.append(byte)
            }
        }
        throw JSONParsingError(.unexpectedEnd, at: index)
    }

    private mutating func escape(into unescaped: inout [UInt8]) throws(JSONParsingError) {
        guard index < bytes.count else { throw JSONParsingError(.unexpectedEnd, at: index) }
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(byte)
        case UInt8(ascii: "b"): unescaped.append(0x08)
        case UInt8(ascii: "f"): unescaped.append(0x0C)
        case UInt8(ascii: "n"): unescaped.append(0x0A)
        case UInt8(ascii: "r"): unescaped.append(0x0D)
        case UInt8(ascii: "t"): unescaped.append(0x09)
        case UInt8(ascii: "u"): unescaped.append(contentsOf: try unicodeEscape().utf8)
        default: throw JSONParsingError(.invalidEscape, at: index - 1)
        }
    }

    private mutating func unicodeEscape() throws(JSONParsingError) -> Unicode.Scalar {
        let start = index
        let unit = try fourHexDigits()
        var code = unit
        if unit & 0xFC00 == 0xD800 {
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
                throw JSONParsingError(.loneSurrogate, at: start)
            }
            let low = try fourHexDigits()
            guard low & 0xFC00 == 0xDC00 else { throw JSONParsingError(.loneSurrogate, at: start) }
            code = 0x10000 + (unit & 0x3FF) << 10 + (low & 0x3FF)
        }
        guard let scalar = Unicode.Scalar(code) else { throw JSONParsingError(.loneSurrogate, at: start) }
        return scalar
    }

    private mutating func fourHexDigits() throws(JSONParsingError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard index < bytes.count else { throw JSONParsingError(.unexpectedEnd, at: index) }
            guard let digit = ASCII.hexValue(bytes[index]) else { throw JSONParsingError(.invalidEscape, at: index) }
            code = code << 4 | UInt32(digit)
            index += 1
        }
        return code
    }

    private static func text(_ slice: ArraySlice<UInt8>) throws(JSONParsingError) -> String {
        guard let text = String(validating: slice, as: UTF8.self) else {
            throw JSONParsingError(.invalidUTF8, at: slice.startIndex)
        }
        return text
    }
}
