/// The path of a callback: `/callbacks`, or `/callbacks/TOKEN`.
public enum CallbackPath {
    /// The path without a token; nothing below it is anything but a callback.
    public static var root: String { "/callbacks" }
    private static var start: String { "/callbacks/" }

    /// The path of a callback with that token.
    public static func of(_ token: String) -> String { start + token }

    /// Whether a path is one of a callback, whatever stands where the token does.
    public static func covers(_ path: String) -> Bool { path == root || path.hasPrefix(start) }

    /// What stands where the token does; empty where there is none, `nil` for any other path.
    ///
    /// Proxies that normalise a path append a slash: one is passed over.
    public static func token(in path: String) -> Substring? {
        if path == root { return "" }
        guard path.hasPrefix(start) else { return nil }
        var shown = Substring(path.utf8.dropFirst(start.utf8.count))
        if shown.utf8.count > 1, shown.utf8.last == UInt8(ascii: "/") { shown = Substring(shown.utf8.dropLast()) }
        return shown
    }

    /// A token as it was meant; `nil` when nothing in it is escaped.
    ///
    /// Proxies that normalise a path escape what needs no escape, or the other way round (RFC 3986 §6.2.2.2). Only
    /// unreserved characters are unescaped, so that nothing can hide in an escape. For a token that is no good as it
    /// stands: looking for escapes costs as much as a tenth of what the whole head does.
    public static func unescaped(_ text: Substring) -> Substring? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return nil }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let meant = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16), isUnreserved(meant),
                rest.first != UInt8(ascii: "+")
            {
                bytes.append(meant)
                rest.removeFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)[...]
    }

    /// RFC 3986 §2.3.
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }
}
