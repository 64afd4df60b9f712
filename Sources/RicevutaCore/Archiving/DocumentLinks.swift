public import BaseKit
internal import Crypto

/// Links to documents that hold for a while: signed, so that nothing has to be remembered of them.
///
/// `BASE/documents/SHA256?expires=SECONDS&signature=BASE64URL`
public struct DocumentLinks: Sendable {
    private let key: SymmetricKey
    private let lifetime: Duration

    /// Creates links.
    ///
    /// - Parameters:
    ///   - key: The signing key, at least 32 bytes.
    ///   - lifetime: How long a link holds.
    public init(key: [UInt8], lifetime: Duration) {
        self.key = SymmetricKey(data: key)
        self.lifetime = lifetime
    }

    /// A key for links, derived from another secret of which it gives nothing away.
    public static func key(derivedFrom secret: [UInt8]) -> [UInt8] {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("ricevuta document links".utf8),
            using: SymmetricKey(data: secret)
        )
        return Array(code)
    }

    /// What stands before a document's SHA-256 in the path.
    public static var path: String { "/documents/" }

    /// A link.
    ///
    /// - Parameters:
    ///   - document: What it leads to.
    ///   - base: Where the admin listener is reached, without a slash at its end.
    ///   - now: The current time.
    /// - Returns: The link.
    public func link(to document: StoredDocument, at base: String, now: Timestamp) -> String {
        let expires = (now + lifetime).seconds
        let code = HMAC<SHA256>.authenticationCode(for: Self.message(document.sha256, expires), using: key)
        let signature = Base64.text(code, alphabet: .url)
        return "\(base)\(Self.path)\(document.sha256)?expires=\(expires)&signature=\(signature)"
    }

    /// Whether a link is ours and has not expired, in constant time.
    ///
    /// - Parameters:
    ///   - sha256: The last segment of the path.
    ///   - query: What follows the target's `?`, undecoded; each parameter has to be there exactly once.
    ///   - now: The current time.
    /// - Returns: Whether to hand out the document.
    public func allow(sha256: String, query: String?, now: Timestamp) -> Bool {
        guard let (expires, signature) = Self.parameters(query), let seconds = Int64(expires),
            String(seconds) == expires, let given = Base64.decode(exactly: signature.utf8, alphabet: .url)
        else { return false }
        let isOurs = HMAC<SHA256>.isValidAuthenticationCode(
            given,
            authenticating: Self.message(sha256, seconds),
            using: key
        )
        return isOurs && now.seconds < seconds
    }

    private static func parameters(_ query: String?) -> (expires: Substring, signature: Substring)? {
        var values: [Substring: Substring] = [:]
        for field in (query ?? "").split(separator: "&") {
            let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            // Two readers of one parameter may each take another of its values.
            guard parts.count == 2, values.updateValue(parts[1], forKey: parts[0]) == nil else { return nil }
        }
        guard let expires = values["expires"], let signature = values["signature"] else { return nil }
        return (expires, signature)
    }

    private static func message(_ sha256: String, _ expires: Int64) -> [UInt8] {
        Array("document|\(sha256)|\(expires)".utf8)
    }
}
