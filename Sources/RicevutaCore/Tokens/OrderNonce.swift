import BaseKit

/// The random part of a callback token: 128 bits as 22 characters of base64url, one for each order.
///
/// It names an order before the provider has given it an id.
public struct OrderNonce: Sendable, Hashable, Codable, RawRepresentable, CustomStringConvertible {
    /// 22 characters of the base64url alphabet.
    public let rawValue: String

    /// Creates a nonce, or nothing when the text is not one.
    public init?(rawValue: String) {
        guard rawValue.utf8.count == 22, rawValue.utf8.allSatisfy(ASCII.isBase64URL) else { return nil }
        self.rawValue = rawValue
    }

    /// Creates a nonce from its characters' bytes, or nothing when they are not one's.
    init?(_ bytes: Span<UInt8>) {
        guard bytes.count == 22 else { return nil }
        for place in bytes.indices where !ASCII.isBase64URL(bytes[place]) { return nil }
        guard let text = String(copying: bytes) else { return nil }
        rawValue = text
    }

    /// For text that is 22 characters of base64url by the way it was made.
    init(unchecked text: String) { rawValue = text }

    /// The nonce's text.
    ///
    /// It is no secret without its signature.
    public var description: String { rawValue }
}
