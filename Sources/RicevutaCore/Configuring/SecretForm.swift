/// What a secret in the configuration has to be; what needs a form of its own declares one.
public struct SecretForm: Sendable {
    /// What is wrong with a secret that is not empty, as a sentence without the secret; `nil` when it is good.
    public let problem: @Sendable (_ bytes: [UInt8]) -> String?

    /// Creates a form.
    ///
    /// - Parameter problem: What is wrong with a secret, as a sentence that does not repeat it; `nil` when it is good.
    public init(problem: @escaping @Sendable (_ bytes: [UInt8]) -> String?) { self.problem = problem }

    /// A key of bytes: at least 32.
    public static let key = SecretForm { bytes in
        bytes.count >= 32 ? nil : "the key has \(bytes.count) bytes; at least 32 are required"
    }

    /// Text that travels in a header: visible ASCII.
    public static let text = SecretForm { bytes in
        bytes.allSatisfy { (0x21...0x7E).contains($0) }
            ? nil : "the secret contains characters other than visible ASCII"
    }
}
