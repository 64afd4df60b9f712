import BaseKit

/// The provider's id of one order: `_id` in Visengine (24 hexadecimal digits, doc), `id` in Docuengine.
///
/// Checked on the way in, because it becomes part of a URL's path and of log lines: 1 to 64 bytes of ASCII letters,
/// digits, `-` and `_`.
public struct OrderID: Sendable, Hashable, Codable, RawRepresentable, CustomStringConvertible {
    /// The id as the provider writes it.
    public let rawValue: String

    /// Creates an id, or nothing when the text is not one.
    public init?(rawValue: String) {
        guard (1...64).contains(rawValue.utf8.count), rawValue.utf8.allSatisfy(ASCII.isBase64URL) else { return nil }
        self.rawValue = rawValue
    }

    /// Creates an id, or nothing when the text is not one.
    public init?(_ text: some StringProtocol) { self.init(rawValue: String(text)) }

    /// The id as the provider writes it.
    public var description: String { rawValue }
}

/// The catalogue's key of one item, `hash_visura`: 1 to 128 bytes of ASCII letters, digits, `-` and `_` (32 hexadecimal
/// digits in all published examples).
public struct ItemHash: Sendable, Hashable, Codable, RawRepresentable, CustomStringConvertible {
    /// The hash as the catalogue writes it.
    public let rawValue: String

    /// Creates a hash, or nothing when the text is not one.
    public init?(rawValue: String) {
        guard (1...128).contains(rawValue.utf8.count), rawValue.utf8.allSatisfy(ASCII.isBase64URL) else { return nil }
        self.rawValue = rawValue
    }

    /// Creates a hash, or nothing when the text is not one.
    public init?(_ text: some StringProtocol) { self.init(rawValue: String(text)) }

    /// The hash as the catalogue writes it.
    public var description: String { rawValue }
}
