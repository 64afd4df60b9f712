import Foundation
import Glibc

/// A TCP connection to 127.0.0.1 that sends exactly what it is told.
///
/// It blocks: use it inside ``onThread(_:)``.
final class RawConnection {
    struct Failure: Error { var errno: Int32 }

    private let descriptor: Int32
    private var buffer: [UInt8] = []

    /// Connects, from any address of 127.0.0.0/8.
    init(port: UInt16, from host: String = "127.0.0.1", patience seconds: Int = 30) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(errno: errno) }
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        // The port is chosen with the peer in view: there are more of them so.
        var late: Int32 = 1
        unsafe setsockopt(descriptor, Int32(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT, &late, 4)
        guard unsafe Self.call(host, 0, { unsafe bind(descriptor, $0, $1) }) == 0,
            unsafe Self.call("127.0.0.1", port, { unsafe connect(descriptor, $0, $1) }) == 0
        else { throw Failure(errno: errno) }
    }

    deinit { close(descriptor) }

    /// Lets this process have so many descriptors, as far as the system does: shells give 1,024 at first.
    static func allow(_ count: Int) {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard unsafe getrlimit(resource, &limit) == 0, limit.rlim_cur < rlim_t(count) else { return }
        limit.rlim_cur = min(rlim_t(count), limit.rlim_max)
        _ = unsafe setrlimit(resource, &limit)
    }

    private static func call(
        _ host: String,
        _ port: UInt16,
        _ function: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        unsafe inet_pton(AF_INET, host, &address.sin_addr)
        return unsafe withUnsafeBytes(of: &address) { raw in
            guard let pointer = unsafe raw.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return -1 }
            return unsafe function(pointer, socklen_t(raw.count))
        }
    }

    func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { raw in
                unsafe Glibc.send(
                    descriptor,
                    raw.baseAddress?.advanced(by: sent),
                    raw.count - sent,
                    Int32(MSG_NOSIGNAL)
                )
            }
            guard count > 0 else { throw Failure(errno: errno) }
            sent += count
        }
    }

    /// Whether the other side has closed the connection; does not wait.
    var isClosed: Bool {
        var byte: UInt8 = 0
        let count = unsafe recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
        return count == 0 || (count < 0 && errno == ECONNRESET)
    }

    /// The next answer: its status and all of it; a status of 0 when the connection ended first.
    func answer() throws -> (status: Int, text: String) {
        while true {
            let text = String(decoding: buffer, as: UTF8.self)
            if let end = text.firstRange(of: "\r\n\r\n") {
                let length = text[..<end.lowerBound].split(separator: "\r\n")
                    .first { $0.lowercased().hasPrefix("content-length:") }
                    .flatMap { Int($0.dropFirst(15).filter(\.isNumber)) }
                let size = text[..<end.upperBound].utf8.count + (length ?? 0)
                if buffer.count >= size {
                    buffer.removeFirst(size)
                    let status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
                    return (status, String(text.utf8.prefix(size)) ?? text)
                }
            }
            var piece = [UInt8](repeating: 0, count: 65_536)
            let count = unsafe recv(descriptor, &piece, piece.count, 0)
            if count == 0 || (count < 0 && errno == ECONNRESET) { return (0, text) }
            guard count > 0 else { throw Failure(errno: errno) }
            buffer += piece[..<count]
        }
    }
}

/// Runs something that blocks on a thread of its own.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}
