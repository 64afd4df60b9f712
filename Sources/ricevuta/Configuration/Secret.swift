/// The bytes of a secret; neither its description nor a mirror of it shows them.
struct Secret: Sendable {
    /// The value, without the one line feed that files tend to end with.
    let bytes: [UInt8]

    /// The value as text.
    var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Says that there is one.
    var description: String { "Secret(hidden)" }

    /// Says that there is one.
    var debugDescription: String { description }

    /// Nothing.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
