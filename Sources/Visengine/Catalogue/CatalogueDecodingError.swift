/// Why an answer about the catalogue could not be read.
public enum CatalogueDecodingError: Error, Equatable, Sendable {
    /// The list, or the item, is of another JSON type than it should be.
    case unexpectedShape(expected: String)
    /// A member that every item has is missing or of a wrong type.
    case missingMember(String)
    /// `validazione` is no expression.
    case validation(ValidationExpressionError)
}

extension CatalogueDecodingError: CustomStringConvertible {
    /// One sentence for logs.
    public var description: String {
        switch self {
        case .unexpectedShape(let expected): "unexpected catalogue response: expected \(expected)"
        case .missingMember(let name): "the catalogue item has no valid \(name)"
        case .validation(let error): "the catalogue item has an invalid validazione: \(error)"
        }
    }
}
