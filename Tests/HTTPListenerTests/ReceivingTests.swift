import Dispatch
import HTTPListener
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(2)))
struct ReceivingTests {
    static let sizes = [0, 1, 2, 700, 4_095, 4_096, 32_767, 32_768, 65_536, 131_072, 299_999, 300_000]

    @Test(arguments: sizes)
    func deliversTheExactBody(count: Int) async throws {
        let handler = RecordingHandler()
        let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }

        let statuses = try await withPort(handler) { port in
            let client = try RawClient(port: port)
            // A declared length, then chunks, on the same connection.
            try client.send("POST /a?b=%20c HTTP/1.1\r\nHost: x\r\nContent-Length: \(count)\r\n\r\n")
            try client.send(body)
            let first = try client.answer().status
            try client.send("POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            for start in stride(from: 0, to: count, by: 70_001) {
                let piece = body[start..<min(start + 70_001, count)]
                try client.send(Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Array("\r\n".utf8))
            }
            try client.send("0\r\n\r\n")
            return [first, try client.answer().status]
        }

        #expect(statuses == [200, 200])
        #expect(handler.requests.map(\.body) == [body, body])
        #expect(handler.requests.first?.head.contentLength == count)
        #expect(handler.requests.first?.head.target == "/a?b=%20c")
        #expect(handler.requests.last?.head.contentLength == nil)
    }

    /// What follows a body in chunks could be its end, read by other rules.
    @Test func readsNothingBehindABodyInChunks() async throws {
        let handler = RecordingHandler()

        let answer = try await withPort(handler) { port in
            let client = try RawClient(port: port)
            let chunks = "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2;x\nab\r\n0\r\n\r\n"
            try client.send("\(chunks)POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nc")
            let answer = try client.answer()
            #expect(client.rest() == [])
            return answer
        }

        #expect(answer.status == 200)
        #expect(answer.header("connection") == "close")
        #expect(handler.requests.map(\.head.target) == ["/a"])
    }

    @Test(arguments: [
        ("http://x/a?b", "/a?b"), ("HTTPS://X:80/a", "/a"), ("http://x", "/"), ("http://x?b=/c", "/?b=/c"),
        ("http://x//a", "//a"),
    ])
    func takesAnAbsoluteTargetForItsPath(target: String, path: String) async throws {
        let handler = RecordingHandler()

        try await withPort(handler) { port in
            let client = try RawClient(port: port)
            let host = target.contains(":80") ? "x:80" : "x"
            try client.send("GET \(target) HTTP/1.1\r\nHost: \(host)\r\n\r\n")
            #expect(try client.answer().status == 200)
        }

        #expect(handler.requests.map(\.head.target) == [path])
    }

    @Test(arguments: ["127.0.0.1", "::1", "::"])
    func knowsThePeer(host: String) async throws {
        let handler = RecordingHandler()

        try await withPort(handler, host: host) { port in
            let client = try RawClient(port: port, isIPv6: host == "::1")
            try client.send("GET /x HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nx-a:  2 \r\nCookie: ä\r\n\r\n")
            #expect(try client.answer().status == 200)
        }

        let head = try #require(handler.requests.first?.head)
        #expect(head.peer.description == (host == "::1" ? "::1" : "127.0.0.1"))
        #expect(head.peer.port > 0)
        #expect(head.method == "GET")
        #expect(head.headers.all("X-a") == ["1", "2"])
        #expect(head.headers["COOKIE"] == "ä")
        #expect(Array(head.headers).map(\.name) == ["Host", "X-A", "x-a", "Cookie"])
    }

    /// However the bytes of a head are cut up, it is the same head.
    @Test(arguments: [1, 7, 1_000, 100_000])
    func acceptsAHeadInPieces(size: Int) async throws {
        let handler = RecordingHandler()
        let fields = (0..<40).map { "X-Field-\($0):\(String(repeating: " ", count: $0 % 3))\($0)\r\n" }.joined()
        let long = "X-Long: \(String(repeating: "v", count: size < 100 ? 300 : 6_000))\r\n"
        let one = "POST /p HTTP/1.1\r\nHost: x\r\n\(fields)\(long)X-Empty:\r\nContent-Length: 3\r\n\r\nabc"

        try await withPort(handler) { port in
            let client = try RawClient(port: port)
            let bytes = Array((one + "\r\n" + one + one).utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                try client.send(Array(bytes[start..<min(start + size, bytes.count)]))
            }
            for _ in 0..<3 { #expect(try client.answer().status == 200) }
        }
        #expect(handler.requests.count == 3)
        for request in handler.requests {
            #expect(request.head.headers.count(where: { _ in true }) == 44)
            #expect(request.head.headers["x-field-38"] == "38")
            #expect(request.head.headers["x-empty"]?.isEmpty == true)
            #expect(request.body == Array("abc".utf8))
        }
    }

    @Test func asksForTheBodyOnlyWhenItWantsIt() async throws {
        let handler = RecordingHandler(decide: { $0.path == "/no" ? .refuse(.problem(401)) : .readBody() })

        try await withPort(handler) { port in
            let wanted = try RawClient(port: port)
            try wanted.send("POST /yes HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            #expect(try wanted.answer().status == 100)
            try wanted.send("hi")
            #expect(try wanted.answer().status == 200)

            let unwanted = try RawClient(port: port)
            try unwanted.send("POST /no HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            let answer = try unwanted.answer()
            #expect(answer.status == 401)
            #expect(answer.header("connection") == "close")
            #expect(unwanted.rest()?.isEmpty == true)
        }

        #expect(handler.requests.map(\.body) == [Array("hi".utf8)])
    }

    @Test func handsNothingOverWhenThePeerBreaksOff() async throws {
        let handler = RecordingHandler()

        try await withPort(handler) { port in
            let client = try RawClient(port: port)
            try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
            client.finishSending()
            #expect(client.rest() == [])
        }

        #expect(handler.requests.isEmpty)
    }

    @Test func answersPipelinedRequestsInOrder() async throws {
        let handler = RecordingHandler { .text(200, $0.head.path) }

        try await withPort(handler) { port in
            let client = try RawClient(port: port)
            try client.send((0..<20).map { "GET /\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
            for number in 0..<20 { #expect(try client.answer().text == "/\(number)") }
        }
    }

    @Test(arguments: [127, 128, 129, 255, 256, 384, 512])
    func answersAllThatAreReadyAtOnce(count: Int) async throws {
        // libmicrohttpd's epoll with a thread of its own would hang at exactly 128, 256, … The thread is held until all
        // is sent.
        let held = DispatchSemaphore(value: 0)
        let hold = DispatchSemaphore(value: 0)
        let handler = RecordingHandler { request in
            if request.head.path == "/hold" {
                held.signal()
                hold.wait()
            }
            return .text(200, "ok")
        }

        let answered = try await withPort(handler) { port in
            let clients = try (0..<count).map { _ in try RawClient(port: port) }
            // First while they are being accepted, then once more over the same connections.
            return try (0..<2).map { _ in
                let holder = try RawClient(port: port)
                try holder.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")
                held.wait()
                for client in clients { try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n") }
                hold.signal()
                return try clients.filter { try $0.answer().status == 200 }.count
            }
        }

        #expect(answered == [count, count])
    }
}
