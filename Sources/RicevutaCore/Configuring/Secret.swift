/// The bytes of a secret; neither its description nor a mirror of it shows them.
public struct Secret: Sendable {
    /// The value, without the one line feed that files tend to end with.
    public let bytes: [UInt8]

    /// Creates a secret.
    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// The value as text.
    public var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Says that there is one.
    public var description: String { "Secret(hidden)" }

    /// Says that there is one.
    public var debugDescription: String { description }

    /// Nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
