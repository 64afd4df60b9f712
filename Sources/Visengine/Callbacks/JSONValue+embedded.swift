import BaseKit

extension JSONValue {
    /// The object or list that a string holds as JSON text; `nil` when it holds none.
    ///
    /// The provider puts JSON into strings and forms, sometimes twice over.
    var embedded: JSONValue? {
        guard case .string(let text) = self, let first = text.utf8.first(where: { !ASCII.isWhitespace($0) }),
            first == UInt8(ascii: "{") || first == UInt8(ascii: "[") || first == UInt8(ascii: "\""),
            // What does not parse is plain text that happens to begin so.
            let value = try? JSONValue(parsing: Array(text.utf8))
        else { return nil }
        switch value {
        case .object, .array: return value
        case .string(let inner) where inner.utf8.count < text.utf8.count: return value.embedded
        default: return nil
        }
    }
}
