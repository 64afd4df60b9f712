import BaseKit

/// The bytes of a secret; neither its description nor a mirror of it shows them.
public struct Secret: Sendable {
    /// The value, without the one line feed that files tend to end with.
    public let bytes: [UInt8]

    /// Creates a secret.
    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// Bytes drawn at random that pass for a secret of any form, in place of one that is not fetched: 64 hexadecimal
    /// digits.
    public static func placeholder() -> Secret {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<4).flatMap { _ -> [UInt8] in
            let piece: UInt64 = generator.next()
            return stride(from: 0, to: 64, by: 8).map { UInt8(truncatingIfNeeded: piece >> $0) }
        }
        return Secret(bytes: Array(ASCII.hex(bytes).utf8))
    }

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
