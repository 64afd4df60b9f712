/// An answer to a request.
///
/// `Content-Length`, `Transfer-Encoding` and `Date` are the library's to set: given as headers they are left out. A
/// header whose name is no token or whose value has a control character turns the whole answer into a 500.
public struct Response: Sendable {
    /// What follows the header.
    public enum Body: Sendable {
        /// These bytes.
        case bytes([UInt8])

        /// The regular file at that path, as long as it is when the answer starts; 404 when there is none.
        case file(path: String)

        /// What a producer makes, piece by piece. With a length exactly that many bytes must come; without one the
        /// body is sent chunked.
        case stream(length: Int?, any BodyProducer)
    }

    /// The status code, 200 to 599.
    public var status: Int { didSet { cached = nil } }

    /// The header fields, in order.
    public var headers: [(name: String, value: String)] { didSet { cached = nil } }

    /// What follows the header; not sent to a `HEAD` request.
    public var body: Body { didSet { cached = nil } }

    /// Whether the connection is closed after this answer.
    public var closes = false

    /// Where the library's form of an answer that is sent again and again is kept.
    var cached: CachedResponse?

    /// Creates an answer.
    public init(status: Int, headers: [(name: String, value: String)] = [], body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer in plain text.
    public static func text(
        _ status: Int,
        _ text: String,
        contentType: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(status: status, headers: [("Content-Type", contentType)], body: .bytes(Array(text.utf8)))
    }

    /// The same answer, made ready once for all the times that it is sent; to be kept where all of them find it.
    public func reusable() -> Response {
        guard case .bytes = body else { return self }
        var response = self
        response.cached = CachedResponse()
        return response
    }

    /// An answer in JSON that has been encoded already.
    public static func json(_ status: Int, _ bytes: [UInt8]) -> Response {
        Response(status: status, headers: [("Content-Type", "application/json")], body: .bytes(bytes))
    }
}
