import CMicroHTTPD
import Glibc

/// The network address of the other end of a connection.
public struct PeerAddress: Sendable, Hashable {
    /// The address in network order: 4 bytes, or 16 for IPv6.
    ///
    /// An IPv4 address mapped into IPv6 is given as 4.
    public let bytes: [UInt8]

    /// The TCP port; 0 when not known.
    public var port: UInt16

    /// What one customer has: the address, or of IPv6 its first 64 bits.
    var group: [UInt8] { bytes.count == 16 ? Array(bytes.prefix(8)) : bytes }

    /// `127.0.0.1`, port 0.
    public static let loopback = PeerAddress(ipv4: 0x7F00_0001, port: 0)

    /// Reads an IPv4 or IPv6 literal without brackets, port or zone.
    ///
    /// - Returns: `nil` for anything else.
    public init?(_ text: String) {
        guard !text.utf8.contains(0) else { return nil }
        var four = in_addr()
        var six = in6_addr()
        if unsafe inet_pton(AF_INET, text, &four) == 1 {
            self.init(ipv4: UInt32(bigEndian: four.s_addr), port: 0)
        } else if unsafe inet_pton(AF_INET6, text, &six) == 1 {
            self.init(ipv6: six, port: 0)
        } else {
            return nil
        }
    }

    init(ipv4: UInt32, port: UInt16) {
        bytes = stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: ipv4 >> $0) }
        self.port = port
    }

    init(ipv6: in6_addr, port: UInt16) {
        let all = unsafe withUnsafeBytes(of: ipv6) { unsafe Array($0) }
        let isMapped = all.prefix(12).elementsEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF])
        bytes = isMapped ? Array(all.suffix(4)) : all
        self.port = port
    }

    /// Copies what the kernel said; an address of another family becomes `::`.
    @unsafe
    init(_ address: UnsafePointer<sockaddr>) {
        let raw = unsafe UnsafeRawPointer(address)
        switch unsafe Int32(address.pointee.sa_family) {
        case AF_INET:
            let four = unsafe raw.loadUnaligned(as: sockaddr_in.self)
            self.init(ipv4: UInt32(bigEndian: four.sin_addr.s_addr), port: UInt16(bigEndian: four.sin_port))
        case AF_INET6:
            let six = unsafe raw.loadUnaligned(as: sockaddr_in6.self)
            self.init(ipv6: six.sin6_addr, port: UInt16(bigEndian: six.sin6_port))
        default:
            self.init(ipv6: in6_addr(), port: 0)
        }
    }
}

extension PeerAddress: CustomStringConvertible {
    /// The address as text without the port: dotted, or RFC 5952.
    public var description: String {
        guard bytes.count == 16 else { return bytes.map(String.init).joined(separator: ".") }
        var address = in6_addr()
        unsafe withUnsafeMutableBytes(of: &address) { unsafe $0.copyBytes(from: bytes) }
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
            guard let start = buffer.baseAddress,
                let text = unsafe inet_ntop(AF_INET6, &address, start, socklen_t(INET6_ADDRSTRLEN))
            else { return "::" }
            return unsafe String(cString: text)
        }
    }
}
