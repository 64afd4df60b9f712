/// The parts of a link to a document, unchecked.
public struct DocumentLink: Sendable, Equatable {
    /// The content's SHA-256, 64 hexadecimal digits in lower case.
    public var sha256: String
    /// The parameter `expires` as it came.
    public var expires: String
    /// The parameter `signature` as it came.
    public var signature: String

    /// Reads the parameters; nothing unless each is there exactly once.
    init?(sha256: String, query: String?) {
        var values: [Substring: Substring] = [:]
        for field in (query ?? "").split(separator: "&") {
            let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            // Two readers of one parameter may each take another of its values.
            guard parts.count == 2, values.updateValue(parts[1], forKey: parts[0]) == nil else { return nil }
        }
        guard let expires = values["expires"], let signature = values["signature"] else { return nil }
        self.sha256 = sha256
        self.expires = String(expires)
        self.signature = String(signature)
    }
}
