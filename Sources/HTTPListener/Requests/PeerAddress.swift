import CMicroHTTPD
import Glibc

/// The network address of the other end of a connection.
public struct PeerAddress: Sendable, Hashable {
    // Sixteen bytes in two numbers rather than in an array: one is made for each request.
    private let high: UInt64
    private let low: UInt64
    private let isIPv4: Bool

    /// The TCP port; 0 when not known.
    public var port: UInt16

    /// `127.0.0.1`, port 0.
    public static let loopback = PeerAddress(ipv4: 0x7F00_0001, port: 0)

    /// The address in network order: 4 bytes, or 16 for IPv6.
    ///
    /// An IPv4 address mapped into IPv6 is given as 4.
    public var bytes: [UInt8] {
        if isIPv4 {
            return [
                UInt8(truncatingIfNeeded: low >> 24), UInt8(truncatingIfNeeded: low >> 16),
                UInt8(truncatingIfNeeded: low >> 8), UInt8(truncatingIfNeeded: low),
            ]
        }
        return [high, low].flatMap { word in stride(from: 56, through: 0, by: -8).map { UInt8(word >> $0 & 0xFF) } }
    }

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
        high = 0
        low = UInt64(ipv4)
        isIPv4 = true
        self.port = port
    }

    init(ipv6: in6_addr, port: UInt16) {
        let words = unsafe unsafeBitCast(ipv6, to: (UInt64, UInt64).self)
        let (high, low) = (UInt64(bigEndian: words.0), UInt64(bigEndian: words.1))
        let isMapped = high == 0 && low >> 32 == 0xFFFF
        self.high = high
        self.low = isMapped ? low & 0xFFFF_FFFF : low
        isIPv4 = isMapped
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
        guard !isIPv4 else { return bytes.map(String.init).joined(separator: ".") }
        var address = unsafe unsafeBitCast((high.bigEndian, low.bigEndian), to: in6_addr.self)
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
            guard let start = buffer.baseAddress,
                let text = unsafe inet_ntop(AF_INET6, &address, start, socklen_t(INET6_ADDRSTRLEN))
            else { return "::" }
            return unsafe String(cString: text)
        }
    }
}
