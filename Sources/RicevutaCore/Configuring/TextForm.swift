/// What a text in the configuration has to look like; what needs a form of its own declares one.
public struct TextForm: Sendable {
    /// What to write, as the end of a sentence that begins with "expected".
    public let expectation: String
    /// A regular expression for the schema, where one can say it.
    public let pattern: String?

    private let isWellFormed: @Sendable (String) -> Bool
    private let explanation: @Sendable (String) -> String?

    /// Creates a form.
    ///
    /// - Parameters:
    ///   - expectation: What to write, as the end of a sentence that begins with "expected".
    ///   - pattern: A regular expression for the schema, where one can say it.
    ///   - explain: Names the part of a refused text that is wrong, where it is clear.
    ///   - accepts: Whether a text, which is not empty and has no control characters, has this form.
    public init(
        _ expectation: String,
        pattern: String? = nil,
        explain: @escaping @Sendable (String) -> String? = { _ in nil },
        accepts: @escaping @Sendable (String) -> Bool
    ) {
        self.expectation = expectation
        self.pattern = pattern
        explanation = explain
        isWellFormed = accepts
    }

    /// Whether a text has this form.
    public func accepts(_ text: String) -> Bool {
        !text.isEmpty && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } && isWellFormed(text)
    }

    /// What to write in the place of a text that does not have this form.
    public func expectation(inPlaceOf text: String) -> String { explanation(text) ?? expectation }
}
