import BaseKit

/// The header in which proxies say whom they speak for.
///
/// One is believed, never both: a proxy that writes the one passes on what its client has put into the other.
public enum ProxyHeader: String, Sendable, CaseIterable {
    /// Addresses from the client's on, separated by commas: no standard, and what most proxies write.
    case xForwardedFor = "x-forwarded-for"
    /// RFC 7239.
    case forwarded

    /// The hops that the header's values name, from the client's on; `nil` for one that cannot be read.
    func hops(_ values: [String]) -> [[UInt8]?] {
        switch self {
        case .xForwardedFor:
            values.flatMap { $0.split(separator: ",") }
                .map { $0.filter { $0 != " " && $0 != "\t" } }
                .filter { !$0.isEmpty }
                .map { ForwardedHop.address(of: $0) }
        case .forwarded:
            values.flatMap { ForwardedHop.elements(of: $0) ?? [nil] }
        }
    }
}

/// Reads the nodes of `X-Forwarded-For` and of RFC 7239.
enum ForwardedHop {
    /// The address of a node: one in either family, with or without brackets and port.
    ///
    /// `unknown`, and names behind an underscore (RFC 7239 §6.3), are no address.
    static func address(of node: some StringProtocol) -> [UInt8]? {
        if node.first == "[" {
            guard let end = node.firstIndex(of: "]"), isPort(node[node.index(after: end)...]) else { return nil }
            let inside = String(node[node.index(after: node.startIndex)..<end])
            return inside.contains(":") ? AddressRange.bytes(of: inside) : nil
        }
        let colons = node.utf8.count { $0 == UInt8(ascii: ":") }
        guard colons == 1, let colon = node.firstIndex(of: ":") else { return AddressRange.bytes(of: String(node)) }
        return isPort(node[colon...]) ? AddressRange.bytes(of: String(node[..<colon])) : nil
    }

    /// Nothing, or a colon and a port: up to five digits, or a name behind an underscore.
    private static func isPort(_ text: some StringProtocol) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first else { return true }
        guard first == UInt8(ascii: ":"), bytes.count > 1 else { return false }
        let port = bytes.dropFirst()
        if port.first == UInt8(ascii: "_") {
            return port.count > 1 && port.allSatisfy { isTokenByte($0) }
        }
        return port.count <= 5 && port.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// The nodes after `for=` of each element of `Forwarded`; `nil` when the value is not in the form of RFC 7239.
    static func elements(of value: String) -> [[UInt8]?]? {
        var reader = ForwardedReader(rest: Array(value.utf8)[...])
        var hops: [[UInt8]?] = []
        while !reader.isAtEnd {
            guard let element = reader.element() else { return nil }
            switch element.nodes.count {
            case 0 where element.isEmpty: break
            // Said twice is said in two ways.
            case 1: hops.append(address(of: String(decoding: element.nodes[0], as: UTF8.self)))
            default: hops.append(nil)
            }
        }
        return hops
    }

    static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C, 0x7E: true
        default: false
        }
    }
}

/// Walks through the value of `Forwarded` (RFC 7239 §4): `for=192.0.2.43;proto=https, for="[2001:db8::17]:4711"`.
private struct ForwardedReader {
    var rest: ArraySlice<UInt8>

    var isAtEnd: Bool { rest.isEmpty }

    /// Reads an element and the comma behind it.
    mutating func element() -> (nodes: [[UInt8]], isEmpty: Bool)? {
        var nodes: [[UInt8]] = []
        var isEmpty = true
        while true {
            skipBlanks()
            let name = token()
            if name.isEmpty {
                // An empty pair or element.
            } else {
                isEmpty = false
                guard take("="), let value = value() else { return nil }
                if name.map({ $0 | 0x20 }) == Array("for".utf8) { nodes.append(value) }
            }
            skipBlanks()
            if take(";") { continue }
            guard rest.isEmpty || take(",") else { return nil }
            return (nodes, isEmpty)
        }
    }

    private mutating func value() -> [UInt8]? {
        guard take("\"") else {
            let plain = token()
            // Without quotes an address with a port is against the rule, and plain all the same.
            var more = plain
            while let byte = rest.first, ForwardedHop.isTokenByte(byte) || [0x3A, 0x5B, 0x5D].contains(byte) {
                more.append(byte)
                rest.removeFirst()
            }
            return more.isEmpty ? nil : more
        }
        var text: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return text
            case UInt8(ascii: "\\"):
                guard let next = rest.popFirst() else { return nil }
                text.append(next)
            default: text.append(byte)
            }
        }
        return nil
    }

    private mutating func token() -> [UInt8] {
        let found = Array(rest.prefix { ForwardedHop.isTokenByte($0) })
        rest.removeFirst(found.count)
        return found
    }

    private mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: mark) else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func skipBlanks() { rest = rest.drop { $0 == 0x20 || $0 == 0x09 } }
}
