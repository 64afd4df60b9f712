/// A block of IP addresses in CIDR notation, such as `10.0.0.0/8`, `2001:db8::/32`, or one address.
///
/// IPv4 addresses mapped into IPv6 (`::ffff:192.0.2.1`) count as IPv4 everywhere.
public struct AddressRange: Sendable, Hashable {
    private let prefix: [UInt8]
    private let length: Int

    /// Reads a block; nothing when the text is none, or when bits beyond the prefix are set.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bytes = Self.bytes(of: String(parts[0])) else { return nil }
        var length = bytes.count * 8
        if parts.count == 2 {
            guard parts[1].utf8.count <= 3, parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let given = Int(parts[1]), (0...length).contains(given)
            else { return nil }
            length = given
        }
        guard Self.masked(bytes, to: length) == bytes else { return nil }
        prefix = bytes
        self.length = length
    }

    /// Whether an address of 4 or 16 bytes lies in the block.
    public func contains(_ address: [UInt8]) -> Bool {
        let address = Self.unmapped(address)
        return address.count == prefix.count && Self.masked(address, to: length) == prefix
    }

    /// Whether an address in text form lies in the block; a text that is no address does not.
    public func contains(_ address: String) -> Bool {
        Self.bytes(of: address).map(contains) ?? false
    }

    /// The 4 or 16 bytes of an address in text form.
    public static func bytes(of text: String) -> [UInt8]? {
        if text.utf8.contains(UInt8(ascii: ":")) { return ipv6(text).map(unmapped) }
        return ipv4(text[...])
    }

    /// An address in text form: dotted quads, or the eight groups of IPv6 in hexadecimal.
    public static func text(of address: [UInt8]) -> String {
        if address.count == 4 { return "\(address[0]).\(address[1]).\(address[2]).\(address[3])" }
        return stride(from: 0, to: address.count - 1, by: 2)
            .map { String(UInt16(address[$0]) << 8 | UInt16(address[$0 + 1]), radix: 16) }
            .joined(separator: ":")
    }

    /// The block around an address with a prefix length that leaves host bits, such as `10.0.0.0/8` for `10.0.0.1/8`;
    /// nothing for any other text.
    public static func block(around text: String) -> String? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let bytes = bytes(of: String(parts[0])), let length = Int(parts[1]) else { return nil }
        let block = "\(Self.text(of: masked(bytes, to: length)))/\(length)"
        return (0...bytes.count * 8).contains(length) && AddressRange(text) == nil ? block : nil
    }

    private static func masked(_ bytes: [UInt8], to length: Int) -> [UInt8] {
        bytes.indices.map { index in
            let kept = min(8, max(0, length - index * 8))
            return kept == 0 ? 0 : bytes[index] & (0xFF << UInt8(8 - kept))
        }
    }

    private static func unmapped(_ bytes: [UInt8]) -> [UInt8] {
        let isMapped =
            bytes.count == 16 && bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return isMapped ? Array(bytes[12...]) : bytes
    }

    private static func ipv4(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            // No leading zeros: some programs read them as octal, and two readers of one address are one too many.
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                part.utf8.count == 1 || part.utf8.first != 0x30, let byte = UInt8(part)
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private static func ipv6(_ text: String) -> [UInt8]? {
        let halves = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
        guard halves.count <= 2, let head = groups(halves[0], isLast: halves.count == 1) else { return nil }
        guard halves.count == 2 else { return head.count == 16 ? head : nil }
        guard let tail = groups(halves[1], isLast: true), head.count + tail.count <= 14 else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    /// The bytes of groups between colons; where they end the address, the last may be a dotted quad.
    private static func groups(_ text: Substring, isLast: Bool) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        var bytes: [UInt8] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if isLast, index == parts.count - 1, part.utf8.contains(UInt8(ascii: ".")), let quad = ipv4(part) {
                bytes += quad
            } else {
                guard (1...4).contains(part.utf8.count), part.allSatisfy({ $0.isASCII && $0.isHexDigit }),
                    let group = UInt16(part, radix: 16)
                else { return nil }
                bytes += [UInt8(group >> 8), UInt8(truncatingIfNeeded: group)]
            }
        }
        return bytes
    }
}
