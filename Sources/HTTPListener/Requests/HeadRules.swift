/// Checks request heads more strictly than libmicrohttpd does, so that no request can be read in two ways.
///
/// The library takes the first of several lengths, prefers chunks to a length, reads a folded or misspelt framing field
/// as another field, and then takes the body for the next request. Whatever could be read in two ways is refused here,
/// and the connection closed with it. Inside a chunked body the library's own rules hold.
struct HeadRules: Sendable {
    let limits: ListenerLimits

    /// What is known of a request at its head.
    struct Head {
        var method: String
        var target: String
        var version: String
        var headers: HTTPHeaders
        /// Bytes on the wire.
        var size: Int
        /// Whether every byte of it has been accounted for: single spaces, CRLF, no folded lines, no NUL.
        var isAsWritten: Bool
    }

    /// What the rules found.
    enum Verdict {
        /// A good head: its target in origin form, the length it declares, whether its body is chunked, and
        /// whether the peer keeps the connection.
        case accepted(target: String, contentLength: Int?, isChunked: Bool, persists: Bool)
        /// Answer with this and close.
        case refused(Response)
    }

    func evaluate(_ head: Head) -> Verdict {
        if let refusal = evaluateRequestLine(head) { return .refused(refusal) }
        if head.size > limits.maxHeaderBytes {
            return .refused(.problem(431, detail: "The header block exceeds \(limits.maxHeaderBytes) bytes."))
        }
        if !head.isAsWritten {
            return .refused(.problem(400, detail: "Malformed header (RFC 9112)."))
        }
        var framing = Framing()
        for field in head.headers.fields {
            if let reason = framing.note(field, of: head.headers) { return .refused(.problem(400, detail: reason)) }
        }
        if let refusal = framing.evaluate(method: head.method, version: head.version) { return .refused(refusal) }
        guard let target = originForm(of: head.target, host: framing.host) else {
            return .refused(.problem(400, detail: "Unsupported request target: not a path or a URL matching Host."))
        }
        return .accepted(
            target: target,
            contentLength: framing.lengthIsHuge ? Int.max : framing.length,
            isChunked: framing.codings > 0,
            persists: framing.persists ?? (head.version == "HTTP/1.1")
        )
    }

    /// The target without scheme and authority, which a client that believes it talks to a proxy sends along (RFC 9112
    /// §3.2.2); `nil` when it is for another host than `Host`, or is no target of a resource.
    private func originForm(of target: String, host: String) -> String? {
        if target.utf8.first == UInt8(ascii: "/") { return target }
        guard let scheme = ["http://", "https://"].first(where: target.lowercased().hasPrefix) else { return nil }
        let rest = target.dropFirst(scheme.count)
        let path = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        guard rest[..<path].lowercased() == host.lowercased(), !host.isEmpty else { return nil }
        return rest[path...].first == "/" ? String(rest[path...]) : "/" + rest[path...]
    }

    private func evaluateRequestLine(_ head: Head) -> Response? {
        if head.version != "HTTP/1.1" && head.version != "HTTP/1.0" {
            return .problem(505, detail: "Unsupported HTTP version: only HTTP/1.1 and HTTP/1.0 are supported.")
        }
        if head.method.isEmpty || !head.method.utf8.allSatisfy(\.isTokenCharacter) {
            return .problem(400, detail: "Malformed method.")
        }
        if head.target.utf8.count > limits.maxTargetBytes {
            return .problem(414, detail: "The request target exceeds \(limits.maxTargetBytes) bytes.")
        }
        let target = head.target.utf8.span
        var percentSoFar = 0  // how much of "%00" the bytes just seen spell
        for place in target.indices {
            let byte = target[place]
            guard byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "#") else {
                return .problem(400, detail: "Malformed request target: a character must be percent-encoded.")
            }
            switch byte {
            case UInt8(ascii: "%"): percentSoFar = 1
            case UInt8(ascii: "0") where percentSoFar > 0: percentSoFar += 1
            default: percentSoFar = 0
            }
            if percentSoFar == 3 { return .problem(400, detail: "Malformed request target: encoded NUL.") }
        }
        return nil
    }
}

/// What the fields say about where the request ends and whom it is for.
private struct Framing {
    var lengths = 0
    var length: Int?
    var lengthIsHuge = false
    var codings = 0
    var isChunked = false
    var hosts = 0
    var host = ""
    var expectsMore = false
    /// What `Connection` says about the connection's end; `nil` for nothing.
    var persists: Bool?

    /// Counts a field in.
    ///
    /// - Returns: A reason to refuse the request.
    mutating func note(_ field: HTTPHeaders.Field, of headers: HTTPHeaders) -> String? {
        let bytes = headers.bytes.span
        let name = bytes.extracting(field.nameStart..<field.valueStart)
        // Catches a space before the colon, and a folded line, which the library glues onto the name.
        guard !name.isEmpty, name.isToken else { return "Malformed header field name." }
        guard bytes.extracting(field.valueStart..<field.valueEnd).isFieldValue else {
            return "Control character in a header field value."
        }
        switch name[0].lowercasedASCII {
        case UInt8(ascii: "c"): return noteLength(field, headers.valueBytes(of: field), of: headers)
        case UInt8(ascii: "t"): return noteCoding(field, headers.valueBytes(of: field), of: headers)
        case UInt8(ascii: "h") where headers.isNamed(field, "host"):
            hosts += 1
            host = headers.value(of: field)
            guard !host.isEmpty, host.utf8.allSatisfy(\.isAuthorityCharacter) else { return "Malformed Host." }
        case UInt8(ascii: "e") where headers.isNamed(field, "expect"):
            expectsMore = !headers.valueBytes(of: field).isEqualIgnoringCase("100-continue")
        default: break
        }
        return nil
    }

    private mutating func noteLength(
        _ field: HTTPHeaders.Field,
        _ value: ArraySlice<UInt8>,
        of headers: HTTPHeaders
    ) -> String? {
        guard headers.hasPrefix(field, "content-length") else {
            if headers.isNamed(field, "connection") { notePersistence(value) }
            return nil
        }
        // "Content-Length:", line end, " 5" reaches us as a field named Content-Length5.
        guard headers.isNamed(field, "content-length") else { return "Malformed Content-Length field." }
        lengths += 1
        guard !value.isEmpty, value.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
            return "Invalid Content-Length: not a number."
        }
        length = Int(String(decoding: value, as: UTF8.self))
        lengthIsHuge = length == nil
        return lengths > 1 ? "Duplicate Content-Length." : nil
    }

    private mutating func notePersistence(_ value: ArraySlice<UInt8>) {
        for option in value.split(separator: UInt8(ascii: ",")) {
            let option = option.drop { $0 == 0x20 || $0 == 0x09 }
            if option.count >= 5, option.prefix(5).isEqualIgnoringCase("close") { persists = false }
            if persists == nil, option.count >= 10, option.prefix(10).isEqualIgnoringCase("keep-alive") {
                persists = true
            }
        }
    }

    private mutating func noteCoding(
        _ field: HTTPHeaders.Field,
        _ value: ArraySlice<UInt8>,
        of headers: HTTPHeaders
    ) -> String? {
        guard headers.hasPrefix(field, "transfer-encoding") else { return nil }
        guard headers.isNamed(field, "transfer-encoding") else {
            return "Malformed Transfer-Encoding field."
        }
        codings += 1
        isChunked = value.isEqualIgnoringCase("chunked")
        return codings > 1 ? "Duplicate Transfer-Encoding." : nil
    }

    /// What is wrong with the fields together.
    func evaluate(method: String, version: String) -> Response? {
        if lengths > 0 && codings > 0 {
            return .problem(400, detail: "Both Content-Length and Transfer-Encoding are present.")
        }
        if codings > 0 && version == "HTTP/1.0" {
            return .problem(400, detail: "Transfer-Encoding is not allowed in HTTP/1.0.")
        }
        if codings > 0 && !isChunked {
            return .problem(501, detail: "Unsupported transfer coding: only chunked is supported.")
        }
        if hosts > 1 || (hosts == 0 && version == "HTTP/1.1") {
            return .problem(400, detail: "Missing or duplicate Host.")
        }
        if expectsMore {
            return .problem(417, detail: "Unsupported expectation: only 100-continue is supported.")
        }
        if lengths == 0 && codings == 0 && ["POST", "PUT", "PATCH"].contains(method) {
            return .problem(411, detail: "Missing Content-Length or Transfer-Encoding: chunked.")
        }
        return nil
    }
}

extension UInt8 {
    /// RFC 9110 §5.6.2 `tchar`.
    var isTokenCharacter: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C, 0x7E: true
        default: false
        }
    }

    /// RFC 9110 §5.5 `field-vchar`, space and tab.
    var isFieldCharacter: Bool { self >= 0x20 ? self != 0x7F : self == 0x09 }

    /// What RFC 3986 §3.2.2 lets into a host and its port.
    fileprivate var isAuthorityCharacter: Bool {
        switch self {
        case 0x22, 0x23, 0x2F, 0x3C, 0x3E, 0x3F, 0x40, 0x5C, 0x5E, 0x60, 0x7B, 0x7C, 0x7D: false
        default: self > 0x20 && self < 0x7F
        }
    }
}

extension Span<UInt8> {
    fileprivate var isToken: Bool {
        for place in indices where !self[place].isTokenCharacter { return false }
        return true
    }

    /// Whether every byte is a field character; all are looked at, which takes less time than to stop at a bad one.
    fileprivate var isFieldValue: Bool {
        var isGood = true
        for place in indices { isGood = self[place].isFieldCharacter && isGood }
        return isGood
    }
}

extension ArraySlice<UInt8> {
    fileprivate func isEqualIgnoringCase(_ text: String) -> Bool {
        elementsEqual(text.utf8) { $0.lowercasedASCII == $1 }
    }
}
