extension Response {
    /// A problem document (RFC 9457): `type` is `about:blank` and `title` the status' own phrase.
    ///
    /// - Parameters:
    ///   - status: The status code, 400 to 599.
    ///   - detail: A sentence about this occurrence, without secrets; it is sent to the peer.
    ///   - headers: Further header fields.
    ///   - closes: Whether the connection is closed after the answer.
    /// - Returns: The answer.
    public static func problem(
        _ status: Int,
        detail: String? = nil,
        headers: [(name: String, value: String)] = [],
        closes: Bool = false
    ) -> Response {
        var response = Response(
            status: status,
            headers: [("Content-Type", "application/problem+json")] + headers,
            body: .bytes(problemDocument(status, detail: detail))
        )
        response.closes = closes
        return response
    }

    /// 404.
    public static func notFound(detail: String? = nil) -> Response { problem(404, detail: detail) }

    /// 405 with the methods that the target has.
    public static func methodNotAllowed(allow: [String]) -> Response {
        let methods = allow.joined(separator: ", ")
        return problem(405, detail: "Allowed methods: \(methods).", headers: [("Allow", methods)])
    }

    /// 415 with the content types that the target takes (RFC 9110 §15.5.16, `Accept`).
    public static func unsupportedMediaType(accept: [String]) -> Response {
        let types = accept.joined(separator: ", ")
        return problem(415, detail: "Accepted content types: \(types).", headers: [("Accept", types)])
    }

    /// 503 with the time after which a new attempt makes sense, in whole seconds rounded up.
    public static func unavailable(retryAfter: Duration = .seconds(5), detail: String? = nil) -> Response {
        problem(503, detail: detail, headers: [waiting(retryAfter)])
    }

    /// 429 with the time after which a new attempt makes sense, in whole seconds rounded up.
    public static func tooManyRequests(retryAfter: Duration, detail: String? = nil) -> Response {
        problem(429, detail: detail, headers: [waiting(retryAfter)])
    }

    private static func waiting(_ duration: Duration) -> (name: String, value: String) {
        let (seconds, rest) = duration.components
        return ("Retry-After", String(seconds + (rest > 0 ? 1 : 0)))
    }

    /// The JSON text of a problem document.
    static func problemDocument(_ status: Int, detail: String?) -> [UInt8] {
        var json = Array(#"{"type":"about:blank","title":"#.utf8)
        json.appendJSONString(reasonPhrase(status))
        json.append(contentsOf: #","status":\#(status)"#.utf8)
        if let detail {
            json.append(contentsOf: #","detail":"#.utf8)
            json.appendJSONString(detail)
        }
        json.append(UInt8(ascii: "}"))
        return json
    }

    /// The phrase that RFC 9110 §15 and RFC 6585 register for a status.
    static func reasonPhrase(_ status: Int) -> String {
        switch status {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 402: "Payment Required"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 416: "Range Not Satisfiable"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        case 507: "Insufficient Storage"
        default: status < 500 ? "Client Error" : "Server Error"
        }
    }
}

extension [UInt8] {
    /// Appends a text as a JSON string (RFC 8259 §7).
    fileprivate mutating func appendJSONString(_ text: String) {
        append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                append(contentsOf: (#"\u00"# + (digits.utf8.count == 1 ? "0" : "") + digits).utf8)
            default:
                append(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }
}
