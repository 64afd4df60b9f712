import BaseKit
import Crypto

/// A symmetric secret of the Standard Webhooks specification: `whsec_` and the base64 of 24 to 64 bytes.
///
/// Its description is a fixed text, so that one that ends up in a log by accident shows nothing.
public struct WebhookSecret: Sendable, Equatable, CustomStringConvertible {
    private static let prefix = "whsec_"

    private let bytes: [UInt8]

    /// Reads a secret; nothing when the text is none.
    ///
    /// - Parameter text: With the prefix; the base64 is of the standard alphabet, with its filling.
    public init?(_ text: String) {
        guard text.hasPrefix(Self.prefix),
            let bytes = Base64.decode(exactly: text.utf8.dropFirst(Self.prefix.utf8.count)),
            (24...64).contains(bytes.count)
        else { return nil }
        self.bytes = bytes
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// Makes a secret of 32 bytes from the system's random source.
    public static func random() -> WebhookSecret {
        var source = SystemRandomNumberGenerator()
        return WebhookSecret(bytes: (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &source) })
    }

    /// The secret itself, for a file that only its owner reads.
    public var text: String { Self.prefix + Base64.text(bytes) }

    /// A fixed text.
    public var description: String { "whsec_…" }

    /// Whether two secrets are the same, in constant time.
    public static func == (left: WebhookSecret, right: WebhookSecret) -> Bool { left.key == right.key }

    var key: SymmetricKey { SymmetricKey(data: bytes) }
}
