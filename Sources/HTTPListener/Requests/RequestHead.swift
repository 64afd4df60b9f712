/// A request up to its body: request line, header fields, and who sent it.
public struct RequestHead: Sendable {
    /// The method as sent, such as `POST`; any token, in the case it was sent in.
    public var method: String

    /// The request target as sent, nothing decoded: starts with `/` (RFC 9112 §3.2.1).
    public var target: String

    /// The header fields in the order they came.
    public var headers: HTTPHeaders

    /// The other end of the connection, which may be a proxy.
    public var peer: PeerAddress

    /// The body's declared length in bytes; `nil` when none is declared or the body is chunked.
    public var contentLength: Int?

    /// The SHA-256 of the peer's certificate over its DER, in lower-case hexadecimal, when it is for a client and one
    /// of ``TLSFiles/clientAuthorities`` vouches for it.
    public var clientCertificate: String?

    /// The target up to its first `?`, not decoded.
    public var path: String {
        guard let mark else { return target }
        return String(target[..<mark])
    }

    /// What follows the target's first `?`, not decoded; `nil` without one, empty when nothing follows it.
    public var query: String? {
        guard let mark else { return nil }
        return String(target[target.utf8.index(after: mark)...])
    }

    /// Where the target's first `?` is; looked for byte by byte, as every request's is, twice.
    private var mark: String.Index? {
        let bytes = target.utf8.span
        for place in bytes.indices where bytes[place] == UInt8(ascii: "?") {
            return target.utf8.index(target.startIndex, offsetBy: place)
        }
        return nil
    }

    /// Creates a head, for tests of handlers without a socket; the length is taken from the header fields.
    public init(method: String, target: String, headers: HTTPHeaders = HTTPHeaders([]), peer: PeerAddress = .loopback) {
        self.init(
            method: method,
            target: target,
            headers: headers,
            peer: peer,
            contentLength: headers["content-length"].flatMap { Int($0) }
        )
    }

    init(
        method: String,
        target: String,
        headers: HTTPHeaders,
        peer: PeerAddress,
        contentLength: Int?,
        clientCertificate: String? = nil
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.peer = peer
        self.contentLength = contentLength
        self.clientCertificate = clientCertificate
    }
}
