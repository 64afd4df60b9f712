/// The bytes of a secret; neither its description nor a mirror of it shows them.
package struct Secret: Sendable {
    /// The value, without the one line feed that files tend to end with.
    package let bytes: [UInt8]

    /// The value as text.
    package var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Says that there is one.
    package var description: String { "Secret(hidden)" }

    /// Says that there is one.
    package var debugDescription: String { description }

    /// Nothing.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
