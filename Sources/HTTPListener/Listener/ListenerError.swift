/// Why a listener could not start.
public enum ListenerError: Error, Equatable, Sendable {
    /// Another program has the port.
    case addressInUse(host: String, port: UInt16)

    /// The host is no IPv4 or IPv6 literal, or no address of this machine.
    case badAddress(host: String)

    /// The port needs a right that this process doesn't have.
    case notPermitted(host: String, port: UInt16)

    /// A PEM file can't be read or used.
    case tlsFile(path: String, reason: String)

    /// The system or the library refused for another reason; `errno` is 0 where none was left.
    case startFailed(errno: Int32, reason: String)

    /// The library found at run time is older than the one whose behaviour is known.
    case libraryTooOld(found: String, needed: String)
}

extension ListenerError: CustomStringConvertible {
    /// What was tried and what to do next, in one sentence.
    public var description: String {
        switch self {
        case .addressInUse(let host, let port):
            "cannot listen on \(host) port \(port): address in use; choose another port or stop that program"
        case .badAddress(let host):
            "cannot listen on '\(host)': it must be an IPv4 or IPv6 address of this machine, such as 127.0.0.1 or ::"
        case .notPermitted(let host, let port):
            "cannot listen on \(host) port \(port): permission denied; use a port above 1023 or CAP_NET_BIND_SERVICE"
        case .tlsFile(let path, let reason):
            "cannot use '\(path)' for TLS: \(reason)"
        case .startFailed(let errno, let reason):
            "cannot start the listener: \(reason)\(errno == 0 ? "" : " (errno \(errno))")"
        case .libraryTooOld(let found, let needed):
            "libmicrohttpd \(found) is too old: install \(needed) or newer"
        }
    }
}
