import CMicroHTTPD
import Glibc

/// A bound TCP socket that accepts connections, closed unless it is handed on.
///
/// Made here rather than by libmicrohttpd so that a failure says which of address, port and permission was wrong.
struct ListeningSocket: ~Copyable {
    private let descriptor: Int32

    /// The port it is bound to.
    let port: UInt16

    /// Whether somebody else holds it too, and hands it to the next process.
    let isShared: Bool

    /// Binds and listens.
    init(host: String, port: UInt16) throws(ListenerError) {
        guard let address = PeerAddress(host) else { throw .badAddress(host: host) }
        let isIPv6 = host.utf8.contains(UInt8(ascii: ":"))
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(isIPv6 ? AF_INET6 : AF_INET, type, 0)
        guard descriptor >= 0 else { throw .startFailed(errno: errno, reason: "cannot create a socket") }

        var on: Int32 = 1
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        if isIPv6 {
            var only: Int32 = host == "::" ? 0 : 1
            let size = socklen_t(MemoryLayout<Int32>.size)
            unsafe setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &only, size)
        }
        let bound = isIPv6 ? Self.bind6(descriptor, host, port) : Self.bind4(descriptor, address, port)
        guard bound == 0, listen(descriptor, SOMAXCONN) == 0 else {
            let reason = errno
            close(descriptor)
            switch reason {
            case EADDRINUSE: throw .addressInUse(host: host, port: port)
            case EADDRNOTAVAIL, EAFNOSUPPORT, EINVAL: throw .badAddress(host: host)
            case EACCES, EPERM: throw .notPermitted(host: host, port: port)
            default: throw .startFailed(errno: reason, reason: "cannot bind or listen on \(host) port \(port)")
            }
        }
        self.descriptor = descriptor
        self.port = Self.boundPort(descriptor)
        isShared = false
    }

    /// Takes over a socket that listens already.
    init(adopting descriptor: Int32) throws(ListenerError) {
        guard Self.option(SO_ACCEPTCONN, of: descriptor) == 1,
            Self.option(SO_TYPE, of: descriptor) == Int32(SOCK_STREAM.rawValue)
        else {
            throw .startFailed(errno: errno, reason: "descriptor \(descriptor) is not a listening stream socket")
        }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        self.descriptor = descriptor
        port = Self.boundPort(descriptor)
        isShared = true
    }

    private static func option(_ name: Int32, of descriptor: Int32) -> Int32 {
        var value: Int32 = -1
        var size = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : -1
    }

    deinit {
        close(descriptor)
    }

    /// Gives the descriptor away; the new owner closes it.
    consuming func take() -> Int32 {
        let descriptor = descriptor
        discard self
        return descriptor
    }

    private static func bind4(_ descriptor: Int32, _ host: PeerAddress, _ port: UInt16) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = host.bytes.reduce(0) { $0 << 8 | UInt32($1) }.bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return unsafe withUnsafeBytes(of: &address) { raw in
            unsafe bind(descriptor, raw.baseAddress?.assumingMemoryBound(to: sockaddr.self), size)
        }
    }

    private static func bind6(_ descriptor: Int32, _ host: String, _ port: UInt16) -> Int32 {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        _ = unsafe inet_pton(AF_INET6, host, &address.sin6_addr)
        let size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        return unsafe withUnsafeBytes(of: &address) { raw in
            unsafe bind(descriptor, raw.baseAddress?.assumingMemoryBound(to: sockaddr.self), size)
        }
    }

    private static func boundPort(_ descriptor: Int32) -> UInt16 {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return unsafe withUnsafeMutableBytes(of: &storage) { raw in
            guard let address = unsafe raw.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                unsafe getsockname(descriptor, address, &size) == 0
            else { return 0 }
            return unsafe PeerAddress(address).port
        }
    }
}
