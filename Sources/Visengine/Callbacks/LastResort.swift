import BaseKit

/// Finds an order in a body that no rule can read.
///
/// Nothing is lost by finding the wrong one: the order is read back by its id from the provider's API, and only that
/// makes a fact. So a body may be nearly right, in an odd encoding, or have an error message around it.
struct LastResort {
    private let contentType: String?
    /// The body, and what it may be once decoded; the likelier before the others.
    private let texts: [[UInt8]]

    init(body: [UInt8], contentType: String?) {
        self.contentType = contentType
        let plain = UTF16Text.utf8(body) ?? body
        var texts = [plain]
        if plain.contains(UInt8(ascii: "%")) { texts.append(FormBody.decodedBytes(plain[...])) }
        if let hidden = Self.base64(in: texts) { texts.append(hidden) }
        self.texts = texts
    }

    /// What the body claims; `nil` when it holds no id.
    func claim() -> CallbackClaim? {
        for text in texts {
            if let claim = whole(text), claim.orderID != nil { return claim }
        }
        for text in texts {
            if let id = OrderIDSearch(text).orderID() { return CallbackClaim(orderID: id) }
        }
        return nil
    }

    /// Reads a text by the usual rules, or the JSON in it by laxer ones.
    private func whole(_ text: [UInt8]) -> CallbackClaim? {
        // Tried; the caller has the error of the first attempt.
        if let claim = try? CallbackDecoder.decode(body: text, contentType: contentType) { return claim }
        // Other text before and behind is dropped with all that is not between the outermost braces.
        guard let open = text.firstIndex(of: UInt8(ascii: "{")), let close = text.lastIndex(of: UInt8(ascii: "}")),
            open < close, let value = try? JSONValue(parsingLeniently: Array(text[open...close]))  // As above.
        else { return nil }
        return OrderLocator(root: value).claim()
    }

    /// What stands in a text as base64, when it begins like JSON.
    private static func base64(in texts: [[UInt8]]) -> [UInt8]? {
        for text in texts {
            var tries = 0
            var start = 0
            while start < text.count, tries < 8 {
                guard let begin = text[start...].firstIndex(where: isDigit) else { break }
                let end = text[begin...].firstIndex { !isDigit($0) } ?? text.count
                start = end
                guard end - begin >= 32 else { continue }
                tries += 1
                // Escaped or not, a plus is a plus; a form makes a space of it.
                let run = text[begin..<end].lazy.map { $0 == UInt8(ascii: " ") ? UInt8(ascii: "+") : $0 }
                guard let head = Base64.decode(run.prefix(32)), beginsLikeJSON(head),
                    let whole = Base64.decode(run)
                else { continue }
                return whole
            }
        }
        return nil
    }

    private static func beginsLikeJSON(_ bytes: [UInt8]) -> Bool {
        let first = bytes.first { !ASCII.isWhitespace($0) }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
            || byte == UInt8(ascii: " ") || byte == 0x0D || byte == 0x0A
    }
}

/// UTF-16, which tells itself by its byte order mark, or by the NULs beside the first characters.
enum UTF16Text {
    /// The same text in UTF-8; `nil` when it is not UTF-16.
    static func utf8(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count >= 4 else { return nil }
        let isBig: Bool
        var start = 0
        switch (bytes[0], bytes[1], bytes[2], bytes[3]) {
        case (0xFE, 0xFF, _, _): (isBig, start) = (true, 2)
        case (0xFF, 0xFE, _, _): (isBig, start) = (false, 2)
        case (0, 1..., 0, 1...): isBig = true
        case (1..., 0, 1..., 0): isBig = false
        default: return nil
        }
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        for place in stride(from: start, to: bytes.count - 1, by: 2) {
            let (first, second) = (UInt16(bytes[place]), UInt16(bytes[place + 1]))
            units.append(isBig ? first << 8 | second : second << 8 | first)
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }
}
