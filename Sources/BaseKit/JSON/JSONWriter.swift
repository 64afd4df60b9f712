extension JSONValue {
    /// Writes the value as JSON in UTF-8.
    ///
    /// - Parameters:
    ///   - pretty: two spaces of indentation and a space after each colon, instead of no white space at all.
    ///   - sortedKeys: members by the order of their names' UTF-8 bytes, instead of their own order.
    /// - Returns: The text, without a line feed at its end. Slashes are not escaped.
    public func encoded(pretty: Bool = false, sortedKeys: Bool = false) -> [UInt8] {
        var writer = JSONWriter(isPretty: pretty, sortsKeys: sortedKeys)
        writer.write(self, indentation: 0)
        return writer.bytes
    }
}

/// Writes values one after the other into bytes.
private struct JSONWriter {
    let isPretty: Bool
    let sortsKeys: Bool
    var bytes: [UInt8] = []

    init(isPretty: Bool, sortsKeys: Bool) {
        self.isPretty = isPretty
        self.sortsKeys = sortsKeys
    }

    mutating func write(_ value: JSONValue, indentation: Int) {
        switch value {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let text): bytes.append(contentsOf: text.utf8)
        case .string(let text): write(text)
        case .array(let elements):
            list(elements, "[", "]", indentation) { writer, element in
                writer.write(element, indentation: indentation + 1)
            }
        case .object(let object):
            list(sortsKeys ? Self.sorted(object.members) : object.members, "{", "}", indentation) { writer, member in
                writer.write(member.key)
                writer.bytes.append(contentsOf: (writer.isPretty ? ": " : ":").utf8)
                writer.write(member.value, indentation: indentation + 1)
            }
        }
    }

    private static func sorted(_ members: [JSONObject.Member]) -> [JSONObject.Member] {
        members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }

    private mutating func list<Element>(
        _ elements: [Element],
        _ open: String,
        _ close: String,
        _ indentation: Int,
        _ write: (inout JSONWriter, Element) -> Void
    ) {
        bytes.append(contentsOf: open.utf8)
        for (place, element) in elements.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            breakLine(indentation + 1)
            write(&self, element)
        }
        if !elements.isEmpty { breakLine(indentation) }
        bytes.append(contentsOf: close.utf8)
    }

    private mutating func breakLine(_ indentation: Int) {
        guard isPretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indentation * 2))
    }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0x0A: bytes.append(contentsOf: "\\n".utf8)
            case 0x0D: bytes.append(contentsOf: "\\r".utf8)
            case 0x09: bytes.append(contentsOf: "\\t".utf8)
            case 0..<0x20: bytes.append(contentsOf: "\\u00\(ASCII.hex([byte]))".utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
