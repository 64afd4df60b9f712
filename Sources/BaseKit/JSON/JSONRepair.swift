extension JSONValue {
    /// Parses JSON that may be nearly right: strictly first, and where that fails once more with what is commonly wrong
    /// put right.
    ///
    /// Put right are half surrogate pairs, control characters and unknown escapes in strings, commas before a bracket,
    /// `NaN` and its like (`null` then), NULs between values, and text that is not UTF-8 (read as ISO 8859-1). What
    /// such a text says is to be checked like any other: a character may be another than the sender's.
    ///
    /// - Throws: ``JSONParsingError`` of the strict reading.
    public init(
        parsingLeniently bytes: [UInt8],
        limits: Limits = Limits()
    ) throws(JSONParsingError) {
        do throws(JSONParsingError) {
            self = try JSONValue(parsing: bytes, limits: limits)
        } catch {
            guard error.reason.isRepairable else { throw error }
            var repaired = JSONRepair.repaired(bytes[...])
            if String(validating: repaired, as: UTF8.self) == nil { repaired = Latin1.utf8(repaired[...]) }
            do throws(JSONParsingError) {
                self = try JSONValue(parsing: repaired, limits: limits)
            } catch _ {
                throw error
            }
        }
    }
}

extension JSONParsingError.Reason {
    /// Whether anything can be put right: limits hold for every text.
    fileprivate var isRepairable: Bool {
        switch self {
        case .tooDeep, .tooManyMembers, .unexpectedEnd: false
        case .unexpectedByte, .invalidNumber, .invalidEscape, .loneSurrogate, .controlCharacter, .invalidUTF8,
            .trailingContent:
            true
        }
    }
}

/// Puts right what PHP programs and proxies commonly get wrong in JSON, without understanding the rest.
enum JSONRepair {
    /// The text with the usual mistakes put right; what else is wrong with it stays.
    static func repaired(_ text: ArraySlice<UInt8>) -> [UInt8] {
        let bytes = Array(text)
        var repaired: [UInt8] = []
        repaired.reserveCapacity(bytes.count + 16)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""): string(in: bytes, &index, into: &repaired)
            case 0: index += 1
            case UInt8(ascii: ",") where endsContainer(bytes, after: index): index += 1
            case UInt8(ascii: "N"), UInt8(ascii: "I"), UInt8(ascii: "u"), UInt8(ascii: "-"):
                if let word = words.first(where: { bytes[index...].starts(with: $0) }) {
                    repaired.append(contentsOf: "null".utf8)
                    index += word.count
                } else {
                    repaired.append(byte)
                    index += 1
                }
            default:
                repaired.append(byte)
                index += 1
            }
        }
        return repaired
    }

    /// Longer ones before those that they begin with.
    private static let words = ["-Infinity", "Infinity", "-NaN", "NaN", "undefined"].map { Array($0.utf8) }

    private static func endsContainer(_ bytes: [UInt8], after comma: Int) -> Bool {
        var index = comma + 1
        while index < bytes.count, ASCII.isWhitespace(bytes[index]) || bytes[index] == 0 { index += 1 }
        return index < bytes.count && (bytes[index] == UInt8(ascii: "}") || bytes[index] == UInt8(ascii: "]"))
    }

    /// Copies a string with what is wrong in it put right.
    private static func string(in bytes: [UInt8], _ index: inout Int, into repaired: inout [UInt8]) {
        repaired.append(bytes[index])
        index += 1
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\\") {
                escape(in: bytes, &index, into: &repaired)
                continue
            }
            index += 1
            if byte < 0x20 {
                repaired.append(contentsOf: byte < 0x10 ? #"\u000"#.utf8 : #"\u001"#.utf8)
                repaired.append(digits[Int(byte & 15)])
                continue
            }
            repaired.append(byte)
            if byte == UInt8(ascii: "\"") { return }
        }
    }

    private static func escape(in bytes: [UInt8], _ index: inout Int, into repaired: inout [UInt8]) {
        let next = index + 1 < bytes.count ? bytes[index + 1] : 0
        guard next == UInt8(ascii: "u") else {
            // An unknown escape is a backslash that stands for itself.
            if !known.contains(next) { repaired.append(UInt8(ascii: "\\")) }
            repaired.append(UInt8(ascii: "\\"))
            index += 1
            if known.contains(next) {
                repaired.append(next)
                index += 1
            }
            return
        }
        guard let unit = unit(in: bytes, at: index) else {
            repaired.append(contentsOf: #"\\"#.utf8)
            index += 1
            return
        }
        if unit & 0xF800 != 0xD800 {
            repaired.append(contentsOf: bytes[index..<index + 6])
            index += 6
        } else if unit & 0xFC00 == 0xD800, let low = self.unit(in: bytes, at: index + 6), low & 0xFC00 == 0xDC00 {
            repaired.append(contentsOf: bytes[index..<index + 12])
            index += 12
        } else {
            repaired.append(contentsOf: #"\uFFFD"#.utf8)
            index += 6
        }
    }

    /// The number of a `\uXXXX` that begins here.
    private static func unit(in bytes: [UInt8], at index: Int) -> UInt32? {
        guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u") else {
            return nil
        }
        var unit: UInt32 = 0
        for place in index + 2..<index + 6 {
            guard let digit = ASCII.hexValue(bytes[place]) else { return nil }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }

    private static let known = Set("\"\\/bfnrt".utf8)
    private static let digits = Array("0123456789abcdef".utf8)
}
