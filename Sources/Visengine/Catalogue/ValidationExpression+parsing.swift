import BaseKit

extension ValidationExpression {
    /// Reads an expression; an empty one is ``always``.
    ///
    /// - Throws: ``ValidationExpressionError`` with the position.
    public init(parsing text: String) throws(ValidationExpressionError) {
        var parser = ValidationParser(Array(text.utf8))
        self = try parser.parse()
    }
}

/// A recursive descent over the expression's bytes.
private struct ValidationParser {
    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func parse() throws(ValidationExpressionError) -> ValidationExpression {
        guard bytes.count <= 4096 else { throw .tooLong }
        skipSpace()
        guard index < bytes.count else { return .always }
        let expression = try disjunction(depth: 0)
        guard index == bytes.count else { throw .unexpected(position: index) }
        return expression
    }

    private mutating func disjunction(depth: Int) throws(ValidationExpressionError) -> ValidationExpression {
        var parts = [try conjunction(depth: depth)]
        while try takeTwice(UInt8(ascii: "|")) { parts.append(try conjunction(depth: depth)) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func conjunction(depth: Int) throws(ValidationExpressionError) -> ValidationExpression {
        var parts = [try primary(depth: depth)]
        while try takeTwice(UInt8(ascii: "&")) { parts.append(try primary(depth: depth)) }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func primary(depth: Int) throws(ValidationExpressionError) -> ValidationExpression {
        skipSpace()
        guard index < bytes.count else { throw .unexpectedEnd(position: index) }
        guard bytes[index] == UInt8(ascii: "(") else { return .field(try field()) }
        guard depth < 32 else { throw .tooDeep(position: index) }
        index += 1
        let inner = try disjunction(depth: depth + 1)
        guard index < bytes.count else { throw .unexpectedEnd(position: index) }
        guard bytes[index] == UInt8(ascii: ")") else { throw .unexpected(position: index) }
        index += 1
        skipSpace()
        return inner
    }

    private mutating func field() throws(ValidationExpressionError) -> String {
        let start = index
        if bytes[index] == UInt8(ascii: "$") {
            index += 1
        } else {
            while index < bytes.count, ASCII.isLetter(bytes[index]) { index += 1 }
            guard index > start else { throw .unexpected(position: index) }
        }
        let digits = index
        while index < bytes.count, ASCII.isDigit(bytes[index]) { index += 1 }
        guard index > digits else {
            throw index < bytes.count ? .unexpected(position: index) : .unexpectedEnd(position: index)
        }
        let key = String(decoding: bytes[start..<index], as: UTF8.self)
        skipSpace()
        return key
    }

    /// Takes `&&` or `||`; one alone is a mistake.
    private mutating func takeTwice(_ byte: UInt8) throws(ValidationExpressionError) -> Bool {
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        guard index < bytes.count else { throw .unexpectedEnd(position: index) }
        guard bytes[index] == byte else { throw .unexpected(position: index) }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while index < bytes.count, ASCII.isWhitespace(bytes[index]) { index += 1 }
    }
}
