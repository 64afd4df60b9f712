import BaseKit
internal import Crypto

/// A key that signs callback tokens, with the short id by which a token names it.
///
/// Neither its description nor a mirror of it shows the secret.
public struct TokenKey: Sendable {
    /// 1 to 16 characters of `a–z` and `0–9`; part of every token, no secret.
    public let id: String
    /// The code over what comes before the nonce in every token: most of the work, done once.
    private let begun: HMAC<SHA256>

    /// Creates a key, or nothing when the id or the secret is not as it has to be.
    ///
    /// - Parameters:
    ///   - id: 1 to 16 characters of `a–z` and `0–9`.
    ///   - secret: at least 32 bytes from a random source.
    public init?(id: String, secret: [UInt8]) {
        guard Self.isID(id), secret.count >= 32 else { return nil }
        self.id = id
        var code = HMAC<SHA256>(key: SymmetricKey(data: secret))
        // The first line keeps a token from being taken for anything else that the same key might sign one day.
        code.update(data: Array("ricevuta callback token v1\n\(id)\n".utf8))
        begun = code
    }

    /// Whether the text can be a key's id.
    static func isID(_ text: some StringProtocol) -> Bool {
        (1...16).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                ASCII.isDigit(byte) || (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z"))
            }
    }

    /// HMAC-SHA256 over the token's purpose, the key's id and the nonce, as 43 characters of base64url.
    func mac(of nonce: OrderNonce) -> [UInt8] {
        var code = begun
        code.update(data: Array(nonce.rawValue.utf8))
        // An array at once: as a sequence of another module's it would be read byte by byte through witnesses.
        return Base64.encode(Array(code.finalize()), alphabet: .url)
    }
}

extension TokenKey: CustomStringConvertible, CustomReflectable {
    /// The key's id alone.
    public var description: String { "TokenKey(\(id))" }

    /// The key's id alone.
    public var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}
