import HTTPListener
import Testing

/// What the library would let through, or would take for two requests, is refused and the connection closed.
@Suite(.timeLimit(.minutes(2)))
struct RefusingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let status: Int
        let request: String

        init(_ testDescription: String, _ status: Int, _ request: String) {
            self.testDescription = testDescription
            self.status = status
            self.request = request
        }
    }

    static let smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"

    static let cases = [
        Case("length and chunks", 400, post("Content-Length: 4\r\nTransfer-Encoding: chunked", "0\r\n\r\n")),
        Case("chunks and length", 400, post("Transfer-Encoding: chunked\r\nContent-Length: 4", "0\r\n\r\n")),
        Case("two lengths that differ", 400, post("Content-Length: 4\r\nContent-Length: 5", "body")),
        Case("two equal lengths", 400, post("Content-Length: 4\r\nContent-Length: 4", "body")),
        Case("list of lengths", 400, post("Content-Length: 4, 4", "body")),
        Case("signed length", 400, post("Content-Length: +4", "body")),
        Case("hexadecimal length", 400, post("Content-Length: 0x4", "body")),
        Case("length with a tail", 400, post("Content-Length: 4abc", "body")),
        Case("length of 2^63", 413, post("Content-Length: 9223372036854775808", "body")),
        Case("length of 2^64", 413, post("Content-Length: 18446744073709551616", "body")),
        Case("space before the length's colon", 400, post("Content-Length : 4", "")),
        Case("space before the coding's colon", 400, post("Transfer-Encoding : chunked", "")),
        Case("tab before the colon", 400, post("Content-Length\t: 4", "")),
        Case("folded length", 400, post("Content-Length:\r\n 4", "")),
        Case("folded length of a GET", 400, "GET / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n 4\r\n\r\n"),
        Case("folded coding", 400, post("Transfer-Encoding:\r\n chunked", "")),
        Case("folded field", 400, post("X-A: 1\r\n 2\r\nContent-Length: 4", "body")),
        Case("field without a colon", 400, post("Content-Length: 4\r\nnonsense", "body")),
        Case("field without a name", 400, post(": 1\r\nContent-Length: 4", "body")),
        Case("GET, field without a name", 400, "GET / HTTP/1.1\r\nHost: x\r\n: 1\r\n"),
        Case("GET, field without a name, in few bytes", 400, "GET / HTTP/1.1\r\nHost:x\r\n:\r\n"),
        Case("bare LF after a field", 400, "GET / HTTP/1.1\r\nHost: x\nX-A: 1\r\n\r\n"),
        Case("bare LF after the request line", 400, "GET / HTTP/1.1\nHost: x\r\n\r\n"),
        Case("bare LF at the end", 400, "GET / HTTP/1.1\r\nHost: x\r\n\n"),
        Case("bare CR in a value", 400, "GET / HTTP/1.1\r\nHost: x\r\nX-A: 1\rX-B: 2\r\n\r\n"),
        Case("NUL in a value", 400, "GET / HTTP/1.1\r\nHost: x\r\nX-A: 1\u{0}2\r\n\r\n"),
        Case("NUL in the last value", 400, post("Content-Length: 4\u{0}2", "body")),
        Case("NUL in a name", 400, "GET / HTTP/1.1\r\nHost: x\r\nX\u{0}A: 1\r\n\r\n"),
        Case("NUL in the target", 400, "GET /a\u{0}b HTTP/1.1\r\nHost: x\r\n\r\n"),
        Case("two spaces in the request line", 400, "GET  / HTTP/1.1\r\nHost: x\r\n\r\n"),
        Case("space before the first field", 400, "GET / HTTP/1.1\r\n X-A: 1\r\nHost: x\r\n\r\n"),
        Case("folded blank", 400, "GET / HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n  \r\nX-B: 2\r\n\r\n"),
        Case("coding with a space behind", 501, post("Transfer-Encoding: chunked ", "0\r\n\r\n")),
        Case("name with a bracket", 400, post("X[a]: 1\r\nContent-Length: 4", "body")),
        Case("gzip, chunked", 501, post("Transfer-Encoding: gzip, chunked", "0\r\n\r\n")),
        Case("identity with a length", 400, post("Transfer-Encoding: identity\r\nContent-Length: 4", "body")),
        Case("identity", 501, post("Transfer-Encoding: identity", "")),
        Case("xchunked", 501, post("Transfer-Encoding: xchunked", "0\r\n\r\n")),
        Case("chunked twice", 400, post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n")),
        Case("chunked in HTTP/1.0", 400, "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Case("control character in a value", 400, post("X-A: a\u{01}b\r\nContent-Length: 4", "body")),
        Case("DEL in a value", 400, post("X-A: a\u{7F}b\r\nContent-Length: 4", "body")),
        Case("no Host", 400, "GET / HTTP/1.1\r\n\r\n"),
        Case("two Hosts", 400, "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"),
        Case("empty Host", 400, "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
        Case("Host with a path", 400, "GET / HTTP/1.1\r\nHost: x/y\r\n\r\n"),
        Case("POST without a length", 411, "POST / HTTP/1.1\r\nHost: x\r\n\r\n"),
        Case("PUT without a length", 411, "PUT / HTTP/1.1\r\nHost: x\r\n\r\n"),
        Case("method that is no token", 400, "G@T / HTTP/1.1\r\nHost: x\r\n\r\n"),
        Case("absolute form of another host", 400, "GET http://y/ HTTP/1.1\r\nHost: x\r\n\r\n"),
        Case("absolute form of another port", 400, "GET http://x:81/ HTTP/1.1\r\nHost: x\r\n\r\n"),
        Case("absolute form without a host", 400, "GET http:/// HTTP/1.0\r\n\r\n"),
        Case("absolute form of another scheme", 400, "GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n"),
        Case("authority form", 400, "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n"),
        Case("asterisk form", 400, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"),
        Case("space in the target", 400, "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n"),
        Case("8-bit target", 400, "GET /ä HTTP/1.1\r\nHost: x\r\n\r\n"),
        Case("encoded NUL", 400, "GET /a%00b HTTP/1.1\r\nHost: x\r\n\r\n"),
        Case("fragment", 400, "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n"),
        Case("HTTP/1.9", 505, "GET / HTTP/1.9\r\nHost: x\r\n\r\n"),
        Case("HTTP/3.7", 505, "GET / HTTP/3.7\r\nHost: x\r\n\r\n"),
        Case("HTTP/2 preface", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        Case("http/1.1", 400, "GET / http/1.1\r\nHost: x\r\n\r\n"),
        Case("unknown expectation", 417, post("Content-Length: 4\r\nExpect: the-unexpected", "body")),
        Case("negative chunk", 400, post("Transfer-Encoding: chunked", "-1\r\n\r\n")),
        Case("hexadecimal mark in a chunk", 400, post("Transfer-Encoding: chunked", "0x4\r\nbody\r\n0\r\n\r\n")),
        Case("huge chunk", 413, post("Transfer-Encoding: chunked", "fffffffffffffffff\r\nbody")),
        Case("target over the limit", 414, "GET /\(String(repeating: "a", count: 8_192)) HTTP/1.1\r\nHost: x\r\n\r\n"),
        Case("header over the limit", 431, post("X-A: \(String(repeating: "a", count: 40_000))", "")),
        Case("body over the limit", 413, post("Content-Length: 1001", String(repeating: "a", count: 1_001))),
        Case(
            "chunks over the limit",
            413,
            post("Transfer-Encoding: chunked", "3e9\r\n\(String(repeating: "a", count: 1_001))\r\n0\r\n\r\n")
        ),
    ]

    static func post(_ fields: String, _ body: String) -> String {
        "POST / HTTP/1.1\r\nHost: x\r\n\(fields)\r\n\r\n\(body)"
    }

    @Test(arguments: cases)
    func refusesAndCloses(_ example: Case) async throws {
        let handler = RecordingHandler()
        var limits = ListenerLimits()
        limits.maxBodyBytes = 1_000

        let (status, head, rest) = try await withPort(handler, limits: limits) { port in
            let client = try RawClient(port: port)
            try client.send(example.request + Self.smuggled)
            let answer = try client.answer()
            return (answer.status, answer.head, client.rest())
        }

        #expect(status == example.status)
        let after = try #require(rest, "the connection stayed open")
        #expect(!String(decoding: after, as: UTF8.self).contains("200 OK"), "a second request was answered")
        #expect(handler.requests.isEmpty)
        #expect(head.lowercased().contains("connection: close"))
    }

    @Test func explainsInAProblemDocument() async throws {
        let answer = try await withPort(RecordingHandler()) { port in
            let client = try RawClient(port: port)
            try client.send("POST / HTTP/1.1\r\nHost: x\r\n\r\n")
            return try client.answer()
        }

        #expect(answer.header("content-type") == "application/problem+json")
        let detail = "Missing Content-Length or Transfer-Encoding: chunked."
        #expect(
            answer.text == #"{"type":"about:blank","title":"Length Required","status":411,"detail":"\#(detail)"}"#
        )
    }

    @Test(arguments: [
        "POST /no HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n",
        "GET /no HTTP/1.1\r\nHost: x\r\n\r\n",
    ])
    func refusesBeforeTheBody(request: String) async throws {
        let handler = RecordingHandler(decide: { $0.path == "/no" ? .refuse(.problem(403)) : .readBody() })

        try await withPort(handler) { port in
            let client = try RawClient(port: port)
            try client.send(request)
            #expect(try client.answer().status == 403)
            #expect(client.rest() == [])
        }
        #expect(handler.requests.isEmpty)
    }

    @Test(arguments: [5, 50_000])
    func letsTheHandlerSetTheLimit(limit: Int) async throws {
        let handler = RecordingHandler(decide: { _ in .readBody(limit: limit) })
        var limits = ListenerLimits()
        limits.maxBodyBytes = 10

        let statuses = try await withPort(handler, limits: limits) { port in
            try [limit, limit + 1].map { count in
                let client = try RawClient(port: port)
                try client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: \(count)\r\n\r\n")
                try client.send([UInt8](repeating: 7, count: count))
                return try client.answer().status
            }
        }
        #expect(statuses == [200, 413])
    }

    @Test func endsAnEndlessBody() async throws {
        let handler = RecordingHandler(decide: { _ in .readBody(limit: 10) })

        let isCutOff = try await withPort(handler) { port in
            let client = try RawClient(port: port)
            try client.send("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = Array("10000\r\n".utf8) + [UInt8](repeating: 7, count: 65_536) + Array("\r\n".utf8)
            do {
                for _ in 0..<1_000 { try client.send(chunk) }
                return false
            } catch { return true }
        }
        #expect(isCutOff)
        #expect(handler.requests.isEmpty)
    }
}
