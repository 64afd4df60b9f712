import BaseKit
import FoundationEssentials
import RicevutaCore
import Visengine

/// What a text in the configuration has to look like.
enum TextForm: Sendable, CaseIterable {
    case host, webAddress, urlPath, path, template, keyID, sinkName, network, fingerprint, user, item, order

    /// What to write, for messages and for the schema.
    var expectation: String {
        switch self {
        case .host: "an IP address or a host name"
        case .webAddress: "an http:// or https:// URL without user name and fragment"
        case .urlPath: "a path that starts with one slash and does not end with one"
        case .path: "a path, absolute or relative to the configuration file"
        case .template: "a name template, such as {item}/{order}-{type}"
        case .keyID: "1 to 16 characters of a-z and 0-9"
        case .sinkName: "1 to 64 characters of a-z, 0-9, - and _"
        case .network: "an IP address or CIDR block without host bits, such as 10.0.0.0/8"
        case .fingerprint: "a certificate's SHA-256 fingerprint: 64 hexadecimal digits, with or without colons"
        case .user: "1 to 128 visible characters without a colon"
        case .item: "a catalogue item's hash: letters, digits, - and _"
        case .order: "an order ID: letters, digits, - and _"
        }
    }

    /// A regular expression for the schema where one can say it.
    var pattern: String? {
        switch self {
        case .host: "^[A-Za-z0-9.:_-]+$"
        case .webAddress: "^https?://[^/?#@]+"
        case .urlPath: "^/([^/?#].*)?[^/?#]$"
        case .path, .template: "^.+$"
        case .keyID: "^[a-z0-9]{1,16}$"
        case .sinkName: "^[a-z0-9_-]{1,64}$"
        case .network: "^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$"
        case .fingerprint: "^([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$"
        case .user: "^[!-9;-~]{1,128}$"
        case .item: "^[A-Za-z0-9_-]{1,128}$"
        case .order: "^[A-Za-z0-9_-]{1,64}$"
        }
    }

    /// Whether a text has this form.
    func accepts(_ text: String) -> Bool {
        let isClean = !text.isEmpty && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        guard isClean else { return false }
        switch self {
        case .host: return Self.isHost(text)
        case .webAddress: return Self.isWebAddress(text)
        case .urlPath:
            return text.hasPrefix("/") && !text.hasPrefix("//") && !text.hasSuffix("/")
                && !text.contains { "?# ".contains($0) }
        case .path, .template: return true
        case .keyID:
            return text.utf8.count <= 16
                && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }
        case .sinkName: return SinkName(rawValue: text) != nil
        case .network: return AddressRange(text) != nil
        case .fingerprint:
            let digits = text.utf8.filter { $0 != UInt8(ascii: ":") }
            return digits.count == 64 && digits.allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
        case .user:
            return (1...128).contains(text.utf8.count)
                && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }
        case .item: return ItemHash(text) != nil
        case .order: return OrderID(text) != nil
        }
    }

    /// What to write in the place of a text that does not have this form: only the part that is wrong, where it is
    /// clear.
    func expectation(inPlaceOf text: String) -> String {
        guard self == .webAddress, let port = Self.port(of: text), (UInt16(port) ?? 0) == 0 else { return expectation }
        return "a port from 1 to 65535 in the address"
    }

    /// What stands where a web address has its port.
    private static func port(of text: String) -> Substring? {
        guard let start = text.firstRange(of: "://")?.upperBound else { return nil }
        let authority = text[start...].prefix { !"/?#".contains($0) }
        let host = authority.lastIndex(of: "]").map { authority[$0...] } ?? authority
        guard let colon = host.lastIndex(of: ":") else { return nil }
        let port = host[host.index(after: colon)...]
        return !port.isEmpty && port.allSatisfy { $0.isASCII && $0.isNumber } ? port : nil
    }

    private static func isHost(_ text: String) -> Bool {
        if AddressRange.bytes(of: text) != nil { return true }
        return text.utf8.count <= 253
            && text.split(separator: ".", omittingEmptySubsequences: false)
                .allSatisfy { label in
                    (1...63).contains(label.utf8.count)
                        && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
                }
    }

    private static func isWebAddress(_ text: String) -> Bool {
        guard text.hasPrefix("http://") || text.hasPrefix("https://"), text.allSatisfy({ $0.isASCII && $0 != " " }),
            let url = URL(string: text), let host = url.host(), !host.isEmpty
        else { return false }
        return url.user() == nil && url.password() == nil && url.fragment() == nil
            && (url.port.map { (1...65_535).contains($0) } ?? true)
    }
}
