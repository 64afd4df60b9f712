/// A caller's name for one purchase, under which it is made once however often it is asked for.
public struct IdempotencyKey: Sendable, Hashable, RawRepresentable, CustomStringConvertible {
    /// The most characters of a key.
    public static let maxLength = 255

    /// 1 to ``maxLength`` visible ASCII characters.
    public let rawValue: String

    /// Creates a key, or nothing when the text is not one.
    public init?(rawValue: String) {
        guard (1...Self.maxLength).contains(rawValue.utf8.count),
            rawValue.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        self.rawValue = rawValue
    }

    /// The text.
    public var description: String { rawValue }
}
