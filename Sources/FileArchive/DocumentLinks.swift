public import BaseKit
import Crypto
public import RicevutaCore

/// Links to documents that hold for a while: signed, so that nothing has to be remembered of them.
public struct DocumentLinks: Sendable {
    private let baseURL: String
    private let key: SymmetricKey
    private let lifetime: Duration

    /// Creates links.
    ///
    /// - Parameters:
    ///   - baseURL: Where the admin listener is reached, without a slash at its end.
    ///   - key: The signing key, at least 32 bytes.
    ///   - lifetime: How long a link holds.
    public init(baseURL: String, key: [UInt8], lifetime: Duration) {
        self.baseURL = baseURL
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

    /// A link: `BASE/documents/SHA256?expires=SECONDS&signature=BASE64URL`.
    public func link(to document: StoredDocument, now: Timestamp) -> String {
        let expires = (now + lifetime).seconds
        let signature = Base64.text(code(document.sha256, expires), alphabet: .url)
        return "\(baseURL)/documents/\(document.sha256)?expires=\(expires)&signature=\(signature)"
    }

    /// Whether a link's parts hold, in constant time.
    ///
    /// - Parameters:
    ///   - sha256: The last segment of the path.
    ///   - expires: The parameter, in Unix seconds.
    ///   - signature: The parameter.
    ///   - now: The current time.
    /// - Returns: Whether it is ours and has not expired.
    public func verify(sha256: String, expires: String, signature: String, now: Timestamp) -> Bool {
        guard let seconds = Int64(expires), String(seconds) == expires,
            let given = Base64.decode(exactly: signature.utf8, alphabet: .url)
        else { return false }
        let isOurs = HMAC<SHA256>.isValidAuthenticationCode(
            given,
            authenticating: Self.message(sha256, seconds),
            using: key
        )
        return isOurs && now.seconds < seconds
    }

    private func code(_ sha256: String, _ expires: Int64) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: Self.message(sha256, expires), using: key)
    }

    private static func message(_ sha256: String, _ expires: Int64) -> [UInt8] {
        Array("document|\(sha256)|\(expires)".utf8)
    }
}
