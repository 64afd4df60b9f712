/// Any JSON value, kept as it was sent: members in their order, numbers as their text.
///
/// Equality is of the text and the order: `1` and `1.0` differ, and so do objects whose members are ordered
/// differently.
public enum JSONValue: Sendable, Equatable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number as its text on the wire, for example `12.70`; writing it again writes this text.
    case number(String)
    /// Text.
    case string(String)
    /// A list.
    case array([JSONValue])
    /// Members in their order.
    case object(JSONObject)
}

extension JSONValue {
    /// The text of a string; `nil` for everything else.
    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The text of a string or of a number: ids and codes come as either.
    public var text: String? {
        switch self {
        case .string(let text), .number(let text): text
        default: nil
        }
    }

    /// A whole number, from a number or from text that is one (the provider sends both); `nil` when it is none or does
    /// not fit.
    public var int64: Int64? {
        guard let text else { return nil }
        if let value = Int64(text) { return value }
        guard text.utf8.count <= 32, let value = Double(text) else { return nil }
        return Int64(exactly: value)
    }

    /// A number, from a number or from text that is one; `nil` when it is none or not finite.
    public var double: Double? {
        guard let text, text.utf8.count <= 64, let value = Double(text), value.isFinite else { return nil }
        return value
    }

    /// A truth value, from a Boolean, from 0 and 1, or from the texts `0`, `1`, `true` and `false`.
    public var bool: Bool? {
        switch self {
        case .bool(let value): value
        case .number("0"), .string("0"), .string("false"): false
        case .number("1"), .string("1"), .string("true"): true
        default: nil
        }
    }

    /// The elements of a list; `nil` for everything else.
    public var array: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The members of an object; no members for an empty list, which is how PHP writes an empty object.
    public var object: JSONObject? {
        switch self {
        case .object(let object): object
        case .array(let elements) where elements.isEmpty: JSONObject()
        default: nil
        }
    }

    /// Whether the value is `null`.
    public var isNull: Bool { self == .null }

    /// The value of an object's member; `nil` when there is none, or when this is no object.
    public subscript(key: String) -> JSONValue? {
        if case .object(let object) = self { object[key] } else { nil }
    }
}
