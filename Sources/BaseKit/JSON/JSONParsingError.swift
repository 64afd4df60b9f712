/// Why bytes are not JSON, and where.
///
/// The place is a byte offset from the start of what was parsed. Never a part of the text itself.
public struct JSONParsingError: Error, Equatable, Sendable {
    /// What is wrong.
    public enum Reason: String, Sendable, CaseIterable {
        /// The text ends before the value does.
        case unexpectedEnd = "unexpected_end"
        /// A byte that cannot stand here.
        case unexpectedByte = "unexpected_byte"
        /// A number that is not written as RFC 8259 section 6 has it.
        case invalidNumber = "invalid_number"
        /// A backslash with something that is no escape.
        case invalidEscape = "invalid_escape"
        /// Half of a surrogate pair.
        case loneSurrogate = "lone_surrogate"
        /// A control character that has to be escaped.
        case controlCharacter = "control_character"
        /// Text that is not UTF-8.
        case invalidUTF8 = "invalid_utf8"
        /// More containers inside one another than allowed.
        case tooDeep = "too_deep"
        /// More members and elements than allowed.
        case tooManyMembers = "too_many_members"
        /// Something follows the value.
        case trailingContent = "trailing_content"
    }

    /// What is wrong.
    public var reason: Reason
    /// Where, in bytes from the start.
    public var offset: Int

    /// Creates an error.
    public init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

extension JSONParsingError: CustomStringConvertible {
    /// One sentence for logs.
    public var description: String {
        let what =
            switch reason {
            case .unexpectedEnd: "unexpected end"
            case .unexpectedByte: "unexpected byte"
            case .invalidNumber: "malformed number"
            case .invalidEscape: "unknown escape"
            case .loneSurrogate: "lone surrogate"
            case .controlCharacter: "unescaped control character"
            case .invalidUTF8: "invalid UTF-8"
            case .tooDeep: "nested too deeply"
            case .tooManyMembers: "too many members"
            case .trailingContent: "unexpected content after the value"
            }
        return "not JSON: \(what) at byte \(offset)"
    }
}
