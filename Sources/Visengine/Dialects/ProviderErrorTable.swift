/// What a service's error numbers mean: the same number means different things in different services.
public struct ProviderErrorTable: Sendable {
    /// What one number means.
    public struct Meaning: Sendable, Equatable {
        /// For operators: a clause without a capital letter or a full stop.
        public var text: String
        /// For the program.
        public var effect: Effect

        /// Creates a meaning.
        public init(_ text: String, _ effect: Effect = .failure) {
            self.text = text
            self.effect = effect
        }
    }

    /// What the program makes of an error.
    public enum Effect: Sendable, Equatable {
        /// The call failed; its status says the rest.
        case failure
        /// There is nothing to list: an empty list, and no failure.
        case emptyList
        /// The document is not there yet: a later attempt.
        case notYetAvailable
    }

    /// What every sentence begins with that says that the wallet lacks credit, which a person can mend.
    public static let insufficientCredit = "insufficient credit"

    private let meanings: [ProviderErrorCode: Meaning]

    /// Creates a table.
    public init(_ meanings: [ProviderErrorCode: Meaning]) { self.meanings = meanings }

    /// What a number means; `nil` for one that is not documented.
    public subscript(code: ProviderErrorCode?) -> Meaning? { code.flatMap { meanings[$0] } }
}
