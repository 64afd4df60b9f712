import Glibc
import SystemPackage

/// What the system's error numbers say of a connection attempt that failed.
package enum ConnectFailure {
    /// Why nothing can have been sent, in the words that operators search for.
    ///
    /// - Parameter errno: What `connect` or `socket` left in `errno`.
    /// - Returns: `nil` for a number that can also come once there is a connection.
    package static func reason(errno: Int32) -> String? {
        switch errno {
        case ECONNREFUSED: "connection refused"
        case EHOSTUNREACH: "no route to host"
        case ENETUNREACH: "network unreachable"
        case EADDRNOTAVAIL: "address not available"
        case EAFNOSUPPORT: "address family not supported"
        default: nil
        }
    }

    /// What the system says of an error, without the library that met it.
    package static func words(errno: Int32) -> String { "\(Errno(rawValue: errno))" }
}
