import BaseKit
import FoundationEssentials

/// What can be told of web addresses and hosts as they stand in a configuration.
public enum WebAddress {
    /// Whether a text is a URL of `http` or `https` with a host, and without credentials and fragment.
    public static func isWellFormed(_ text: String) -> Bool {
        guard text.hasPrefix("http://") || text.hasPrefix("https://"), text.allSatisfy({ $0.isASCII && $0 != " " }),
            let url = URL(string: text), let host = url.host(), !host.isEmpty
        else { return false }
        return url.user() == nil && url.password() == nil && url.fragment() == nil
            && (url.port.map { (1...65_535).contains($0) } ?? true)
    }

    /// Whether what stands in the place of a port is a number and none that a port can have.
    public static func hasBadPort(_ text: String) -> Bool {
        guard let start = text.firstRange(of: "://")?.upperBound else { return false }
        let authority = text[start...].prefix { !"/?#".contains($0) }
        let host = authority.lastIndex(of: "]").map { authority[$0...] } ?? authority
        guard let colon = host.lastIndex(of: ":") else { return false }
        let port = host[host.index(after: colon)...]
        guard !port.isEmpty, port.allSatisfy({ $0.isASCII && $0.isNumber }) else { return false }
        return (UInt16(port) ?? 0) == 0
    }

    /// Whether a text is an IP address or can be a host's name.
    public static func isHost(_ text: String) -> Bool {
        if AddressRange.bytes(of: text) != nil { return true }
        return text.utf8.count <= 253
            && text.split(separator: ".", omittingEmptySubsequences: false)
                .allSatisfy { label in
                    (1...63).contains(label.utf8.count)
                        && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
                }
    }

    /// Whether a URL sends everything in clear text to another machine.
    public static func isClearText(_ url: String) -> Bool {
        url.lowercased().hasPrefix("http://") && !isLoopback(host(of: url))
    }

    /// The host of a URL that is well-formed, without the brackets of an IPv6 address.
    public static func host(of url: String) -> String {
        guard let start = url.firstRange(of: "://")?.upperBound else { return "" }
        let authority = url[start...].prefix { !"/?#".contains($0) }
        let host = authority.first == "[" ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" }
        return String(host)
    }

    /// Whether a host is this machine itself, whatever a name service says.
    public static func isLoopback(_ host: String) -> Bool {
        let name = host.lowercased()
        if name == "localhost" || name.hasSuffix(".localhost") { return true }
        return AddressRange.bytes(of: host).map { bytes in loopback.contains { $0.contains(bytes) } } ?? false
    }

    private static let loopback = ["127.0.0.0/8", "::1/128"].compactMap { AddressRange($0) }
}
