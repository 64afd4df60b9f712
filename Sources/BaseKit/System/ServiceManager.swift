public import Glibc

/// What the service manager passed to this process at its start, and the socket to notify it on.
///
/// The protocol is systemd's (`sd_notify(3)`, `sd_listen_fds(3)`, `sd_watchdog_enabled(3)`): environment variables, and
/// datagrams of `NAME=VALUE` lines. Without a manager everything here is empty and does nothing.
public struct ServiceManager: Sendable, Equatable {
    /// A listening socket that the manager holds, which outlives this process.
    public struct Socket: Sendable, Equatable {
        /// Its name in the unit file (`FileDescriptorName=`); empty when it has none.
        public var name: String
        /// Its descriptor in this process.
        public var descriptor: Int32

        /// Creates a socket's description.
        public init(name: String, descriptor: Int32) {
            self.name = name
            self.descriptor = descriptor
        }
    }

    /// Sockets that were handed over, in the unit file's order.
    public var sockets: [Socket]
    /// After how long without `WATCHDOG=1` the manager kills this process; `nil` when there is no watchdog.
    public var watchdogLimit: Duration?
    /// Its notification socket; a leading `@` stands for an abstract name.
    private var address: String?

    /// Reads what the manager passed.
    ///
    /// - Parameters:
    ///   - environment: The process's environment.
    ///   - process: The process's own number: what was meant for another is not taken.
    public init(environment: [String: String], process: Int32 = getpid()) {
        func isForUs(_ name: String) -> Bool { environment[name].map { Int32($0) == process } ?? false }
        sockets = []
        if isForUs("LISTEN_PID"), let count = environment["LISTEN_FDS"].flatMap({ Int32($0) }), (1...64).contains(count)
        {
            let names = (environment["LISTEN_FDNAMES"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
            sockets = (0..<count).map { place in
                let name = Int(place) < names.count ? String(names[Int(place)]) : ""
                return Socket(name: name == "unknown" ? "" : name, descriptor: Self.firstDescriptor + place)
            }
        }
        if environment["WATCHDOG_PID"] == nil || isForUs("WATCHDOG_PID"),
            let microseconds = environment["WATCHDOG_USEC"].flatMap({ Int64($0) }), microseconds > 0
        {
            watchdogLimit = .microseconds(microseconds)
        }
        address = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// `SD_LISTEN_FDS_START`.
    private static let firstDescriptor: Int32 = 3

    /// Whether the manager takes notifications.
    public var isListening: Bool { address != nil }

    /// Notifies the manager; does nothing without one.
    ///
    /// - Parameter state: Lines such as `READY=1`, `STOPPING=1`, `WATCHDOG=1` and `STATUS=text`.
    /// - Returns: Whether it was sent.
    @discardableResult
    public func notify(_ state: String) -> Bool {
        guard let address, var target = Self.unixAddress(address) else { return false }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let bytes = Array(state.utf8)
        let size = socklen_t(Self.pathOffset + address.utf8.count)
        let sent = unsafe withUnsafeBytes(of: &target) { raw in
            unsafe sendto(
                descriptor,
                bytes,
                bytes.count,
                Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT),
                raw.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                size
            )
        }
        return sent == bytes.count
    }

    private static let pathOffset = 2

    /// The address of a path, or of an abstract name; `nil` when it is too long or neither.
    private static func unixAddress(_ text: String) -> sockaddr_un? {
        var bytes = Array(text.utf8)
        guard let first = bytes.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@"), !bytes.contains(0)
        else {
            return nil
        }
        if first == UInt8(ascii: "@") { bytes[0] = 0 }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isWritten = unsafe withUnsafeMutableBytes(of: &address.sun_path) { path in
            guard bytes.count < path.count else { return false }
            unsafe path.copyBytes(from: bytes)
            return true
        }
        return isWritten ? address : nil
    }
}
