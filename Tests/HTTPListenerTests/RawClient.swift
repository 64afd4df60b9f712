import Glibc

/// A TCP connection that sends exactly what it is told and reads answers byte by byte; every wait ends after a while.
///
/// It blocks: use it inside ``onThread(_:)``, because a test has only as many pool threads as there are cores.
final class RawClient {
    enum Failure: Error {
        case socket(errno: Int32)
        case closed(after: [UInt8])
        case malformed(String)
    }

    struct Answer: Sendable, Equatable {
        var status: Int
        var head: String
        var body: [UInt8]
        /// Whether the body ended as its header said.
        var isComplete = true

        var text: String { String(decoding: body, as: UTF8.self) }

        /// The value of a header field, by its name in lower case.
        func header(_ name: String) -> String? {
            for line in head.split(separator: "\r\n").dropFirst() {
                guard let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == name else { continue }
                return line[line.index(after: colon)...].drop { $0 == " " }.description
            }
            return nil
        }
    }

    private let descriptor: Int32
    private var buffer: [UInt8] = []

    /// Connects to 127.0.0.1 or ::1, from any address of 127.0.0.0/8.
    init(port: UInt16, isIPv6: Bool = false, from host: String? = nil, patience seconds: Int = 20) throws {
        descriptor = socket(isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure.socket(errno: errno) }
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        let status: Int32
        if isIPv6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            unsafe inet_pton(AF_INET6, "::1", &address.sin6_addr)
            status = unsafe withUnsafeBytes(of: &address) { raw in
                unsafe connect(
                    descriptor,
                    raw.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                    socklen_t(raw.count)
                )
            }
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            if let host {
                unsafe inet_pton(AF_INET, host, &address.sin_addr)
                _ = unsafe withUnsafeBytes(of: &address) { raw in
                    unsafe bind(
                        descriptor,
                        raw.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                        socklen_t(raw.count)
                    )
                }
            }
            address.sin_port = port.bigEndian
            unsafe inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
            status = unsafe withUnsafeBytes(of: &address) { raw in
                unsafe connect(
                    descriptor,
                    raw.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                    socklen_t(raw.count)
                )
            }
        }
        // The deinitializer closes: it runs for an object that is thrown out of, too. Closing here as well would close
        // whatever another thread has opened under the same number meanwhile.
        guard status == 0 else { throw Failure.socket(errno: errno) }
    }

    deinit { Glibc.close(descriptor) }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
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
            guard count > 0 else { throw Failure.socket(errno: errno) }
            sent += count
        }
    }

    /// Tells the other side that nothing more will be sent.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Reads the next answer; one that is cut short has `isComplete == false`.
    func answer(toHead: Bool = false) throws -> Answer {
        let head = try String(decoding: read(through: Array("\r\n\r\n".utf8)), as: UTF8.self)
        guard let status = head.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw Failure.malformed(head)
        }
        var answer = Answer(status: status, head: head, body: [])
        if toHead || status < 200 || status == 204 || status == 304 { return answer }
        do {
            if answer.header("transfer-encoding")?.lowercased() == "chunked" {
                try readChunks(into: &answer)
            } else if let length = answer.header("content-length").flatMap({ Int($0) }) {
                while buffer.count < length { try fill() }
                answer.body = Array(buffer.prefix(length))
                buffer.removeFirst(length)
            } else {
                while true { try fill() }
            }
        } catch Failure.closed(let rest) {
            answer.body += rest
            answer.isComplete = false
        }
        return answer
    }

    /// Reads to the end.
    ///
    /// - Returns: What came before the connection was closed; `nil` when it stayed open.
    func rest() -> [UInt8]? {
        do {
            while true { try fill() }
        } catch Failure.closed(let bytes) {
            return bytes
        } catch {
            return nil
        }
    }

    private func readChunks(into answer: inout Answer) throws {
        while true {
            let line = try String(decoding: read(through: Array("\r\n".utf8)).dropLast(2), as: UTF8.self)
            guard let size = Int(line, radix: 16) else { throw Failure.malformed(line) }
            while buffer.count < size + 2 { try fill() }
            answer.body += buffer.prefix(size)
            buffer.removeFirst(size + 2)
            if size == 0 { return }
        }
    }

    private func read(through mark: [UInt8]) throws -> [UInt8] {
        var from = 0
        while true {
            if buffer.count >= mark.count {
                for start in from...(buffer.count - mark.count)
                where buffer[start..<(start + mark.count)].elementsEqual(mark) {
                    let bytes = Array(buffer.prefix(start + mark.count))
                    buffer.removeFirst(bytes.count)
                    return bytes
                }
                from = buffer.count - mark.count + 1
            }
            try fill()
        }
    }

    private func fill() throws {
        var piece = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(descriptor, &piece, piece.count, 0)
        if count > 0 {
            buffer += piece[..<count]
        } else if count == 0 || errno == ECONNRESET {
            let rest = buffer
            buffer = []
            throw Failure.closed(after: rest)
        } else {
            throw Failure.socket(errno: errno)
        }
    }
}
