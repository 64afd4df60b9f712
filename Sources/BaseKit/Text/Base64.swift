/// Base64 (RFC 4648) in one piece, for what fits into memory.
///
/// Documents go through ``Base64Stream``.
package enum Base64 {
    /// Which characters stand for 62 and 63, and whether the end is filled up.
    package enum Alphabet {
        /// `+` and `/`, filled up with `=`.
        case standard
        /// `-` and `_`, without filling.
        case url
    }

    /// Encodes bytes.
    package static func encode(_ bytes: some Sequence<UInt8>, alphabet: Alphabet = .standard) -> [UInt8] {
        encode(Array(bytes), alphabet: alphabet)
    }

    /// Decodes text with white space and missing filling tolerated; `nil` when it is no base64.
    package static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var stream = Base64Stream()
        var bytes: [UInt8] = []
        var group: [UInt8] = [0, 0, 0]
        for character in text {
            var written = 0
            guard stream.push(character, into: &group, at: &written) else { return nil }
            bytes.append(contentsOf: group[..<written])
        }
        var written = 0
        guard stream.finish(into: &group, at: &written) else { return nil }
        return bytes + group[..<written]
    }

    /// Encodes an array of bytes: what every callback's token and every document goes through.
    package static func encode(_ bytes: [UInt8], alphabet: Alphabet = .standard) -> [UInt8] {
        let digits = alphabet == .standard ? standardDigits : urlDigits
        var text = [UInt8](repeating: UInt8(ascii: "="), count: (bytes.count + 2) / 3 * 4)
        var place = 0
        var index = 0
        while index + 3 <= bytes.count {
            let group = UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2])
            text[place] = digits[Int(group >> 18)]
            text[place + 1] = digits[Int(group >> 12 & 63)]
            text[place + 2] = digits[Int(group >> 6 & 63)]
            text[place + 3] = digits[Int(group & 63)]
            index += 3
            place += 4
        }
        let rest = bytes.count - index
        if rest > 0 {
            let group = UInt32(bytes[index]) << 16 | (rest > 1 ? UInt32(bytes[index + 1]) << 8 : 0)
            for digit in 0...rest { text[place + digit] = digits[Int(group >> (18 - 6 * UInt32(digit)) & 63)] }
            if alphabet == .url { text.removeLast(3 - rest) }
        }
        return text
    }

    /// Encodes bytes as a string.
    package static func text(_ bytes: some Sequence<UInt8>, alphabet: Alphabet = .standard) -> String {
        String(decoding: encode(bytes, alphabet: alphabet), as: UTF8.self)
    }

    /// Decodes text that has to be just what ``encode(_:alphabet:)`` makes of the bytes: one text for each content.
    package static func decode(exactly text: some Sequence<UInt8>, alphabet: Alphabet = .standard) -> [UInt8]? {
        guard let bytes = decode(text), encode(bytes, alphabet: alphabet).elementsEqual(text) else { return nil }
        return bytes
    }

    package static let standardDigits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlDigits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
}
