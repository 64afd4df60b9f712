import Dispatch
import Glibc

/// An answer, read to the end of its connection.
struct RawAnswer: Sendable {
    var status: Int
    var head: String
    var body: String

    func has(_ field: String) -> Bool { head.lowercased().contains("\r\n" + field.lowercased() + "\r\n") }
}

struct SocketError: Error { var errno: Int32 }

/// Sends one request to 127.0.0.1 and reads all that comes back.
func send(
    _ method: String,
    _ target: String,
    port: UInt16,
    host: String? = "127.0.0.1",
    fields: [String] = []
) async throws -> RawAnswer {
    // The console answers from tasks, for which a blocked thread of their pool would be missing; a serial queue's is
    // not.
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue(label: "request").async {
            continuation.resume(with: Result { try exchange(method, target, port: port, host: host, fields: fields) })
        }
    }
}

private func exchange(
    _ method: String,
    _ target: String,
    port: UInt16,
    host: String?,
    fields: [String]
) throws -> RawAnswer {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SocketError(errno: errno) }
    defer { close(descriptor) }
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let status = unsafe withUnsafeBytes(of: &address) { raw in
        unsafe connect(descriptor, raw.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(raw.count))
    }
    guard status == 0 else { throw SocketError(errno: errno) }

    // HTTP/1.0 is where `Host` may be missing.
    let start = host.map { ["\(method) \(target) HTTP/1.1", "Host: \($0)"] } ?? ["\(method) \(target) HTTP/1.0"]
    let head = start + ["Connection: close"] + fields
    let bytes = Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    let sent = unsafe bytes.withUnsafeBytes { raw in
        unsafe Glibc.send(descriptor, raw.baseAddress, raw.count, Int32(MSG_NOSIGNAL))
    }
    guard sent == bytes.count else { throw SocketError(errno: errno) }

    var answer: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = unsafe recv(descriptor, &piece, piece.count, 0)
        guard count >= 0 else { throw SocketError(errno: errno) }
        if count == 0 { break }
        answer += piece[..<count]
    }
    let text = String(decoding: answer, as: UTF8.self)
    let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
    return RawAnswer(
        status: text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0,
        head: String(parts[0]) + "\r\n",
        body: parts.count > 1 ? String(parts[1]) : ""
    )
}
