/// `validazione`: which fields an order needs, as a Boolean expression over them.
///
/// The grammar, in which a field is true when it is filled and `&&` binds tighter than `||` (as in PHP, with which the
/// published client evaluates it by `eval`; this does not):
///
///     expression = conjunction { "||" conjunction }
///     conjunction = primary { "&&" primary }
///     primary = field | "(" expression ")"
///     field = "$" digits | letters digits
public indirect enum ValidationExpression: Sendable, Equatable {
    /// No condition: the expression is empty.
    case always
    /// The field, `$0` or `field0`, is filled.
    case field(String)
    /// All of them hold.
    case all([ValidationExpression])
    /// One of them holds.
    case any([ValidationExpression])

    /// Whether the expression holds when these fields are filled.
    public func isSatisfied(byFilled fields: Set<String>) -> Bool {
        switch self {
        case .always: true
        case .field(let key): fields.contains(key)
        case .all(let parts): parts.allSatisfy { $0.isSatisfied(byFilled: fields) }
        case .any(let parts): parts.contains { $0.isSatisfied(byFilled: fields) }
        }
    }

    /// All fields that the expression names.
    public var fields: Set<String> {
        switch self {
        case .always: []
        case .field(let key): [key]
        case .all(let parts), .any(let parts): parts.reduce(into: []) { $0.formUnion($1.fields) }
        }
    }
}

extension ValidationExpression: CustomStringConvertible {
    /// The expression in its own grammar.
    public var description: String {
        switch self {
        case .always: ""
        case .field(let key): key
        case .all(let parts): parts.map { $0.isAny ? "(\($0))" : "\($0)" }.joined(separator: " && ")
        case .any(let parts): parts.map(\.description).joined(separator: " || ")
        }
    }

    private var isAny: Bool { if case .any = self { true } else { false } }
}

/// Why a text is no validation expression.
///
/// Positions are bytes of its UTF-8, from 0.
public enum ValidationExpressionError: Error, Equatable, Sendable {
    /// Something that cannot stand there.
    case unexpected(position: Int)
    /// The text ends too early: an operand or a parenthesis is missing.
    case unexpectedEnd(position: Int)
    /// Parentheses inside one another, more than 32.
    case tooDeep(position: Int)
    /// Longer than 4096 bytes.
    case tooLong
}

extension ValidationExpressionError: CustomStringConvertible {
    /// A few words for logs.
    public var description: String {
        switch self {
        case .unexpected(let position): "expected a field, && or || at position \(position)"
        case .unexpectedEnd(let position): "unexpected end at position \(position)"
        case .tooDeep(let position): "parentheses are nested too deeply at position \(position)"
        case .tooLong: "it is longer than 4096 bytes"
        }
    }
}
