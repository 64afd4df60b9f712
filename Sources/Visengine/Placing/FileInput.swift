import BaseKit

/// A file as an order's input: one string, `NAME|data:MIME;base64,CONTENT` (doc).
public struct FileInput: Sendable, Equatable {
    /// The file's name; `|` and control characters are left out on the wire.
    public var name: String
    /// Its media type, for example `application/pdf`.
    public var mediaType: String
    /// Its bytes.
    public var content: [UInt8]

    /// Creates an input.
    public init(name: String, mediaType: String, content: [UInt8]) {
        self.name = name
        self.mediaType = mediaType
        self.content = content
    }

    /// The string on the wire.
    public var wireText: String {
        let cleaned = String(name.unicodeScalars.filter { $0 != "|" && $0.value >= 0x20 && $0.value != 0x7F })
        return "\(cleaned)|data:\(mediaType);base64," + Base64.text(content)
    }

    /// Whether a text has that form, base64 and all; an empty file has not.
    static func isWireText(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let bar = bytes.firstIndex(of: UInt8(ascii: "|")), bar > 0,
            let comma = bytes[bar...].firstIndex(of: UInt8(ascii: ","))
        else { return false }
        let head = String(decoding: bytes[(bar + 1)..<comma], as: UTF8.self)
        guard head.hasPrefix("data:"), head.hasSuffix(";base64"), head.contains("/") else { return false }
        return Base64.decode(bytes[(comma + 1)...])?.isEmpty == false
    }
}
