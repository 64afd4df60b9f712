import HTTPListener
import Testing

/// A body that is longer than is read, where the handler wants its beginning.
@Suite(.timeLimit(.minutes(1)))
struct LongBodyTests {
    private static func cutting() -> RecordingHandler {
        RecordingHandler(decide: { _ in .readBody(limit: 1000, ifLonger: .cut(to: 10)) })
    }

    /// The head of a request and its body, in chunks or not.
    private static func request(_ count: Int, isChunked: Bool) -> [UInt8] {
        let body = (0..<count).map { UInt8($0 % 251) }
        let head = "POST / HTTP/1.1\r\nHost: x\r\n"
        guard isChunked else { return Array((head + "Content-Length: \(count)\r\n\r\n").utf8) + body }
        let size = String(count, radix: 16)
        return Array((head + "Transfer-Encoding: chunked\r\n\r\n\(size)\r\n").utf8) + body + Array("\r\n0\r\n\r\n".utf8)
    }

    @Test(arguments: [
        (1000, false, 1000), (1001, false, 10), (500_000, false, 10), (1001, true, 10), (500_000, true, 10),
    ])
    func handsOverTheBeginningAndAnswers(count: Int, isChunked: Bool, kept: Int) async throws {
        let handler = Self.cutting()

        let isClosed = try await withPort(handler) { port in
            let client = try RawClient(port: port)
            try client.send(Self.request(count, isChunked: isChunked))
            #expect(try client.answer().status == 200)
            guard count > 1000 else { return true }
            return client.rest() == []
        }

        #expect(isClosed)
        let request = try #require(handler.requests.first)
        #expect(request.body == (0..<kept).map { UInt8($0 % 251) })
        #expect(request.isCut == (count > 1000))
        #expect(handler.requests.count == 1)
    }

    @Test(arguments: [false, true])
    func takesABodyThatNobodyWaitsForAtItsHead(isAnsweredLater: Bool) async throws {
        let received = RecordingHandler(decide: { _ in .readBody(limit: 1000, ifLonger: .cut(to: 10)) })
        let later = LaterHandler(received)

        try await withPort(isAnsweredLater ? later : received) { port in
            let client = try RawClient(port: port)
            try client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 50000000\r\n\r\n")
            #expect(try client.answer().status == 200)
            #expect(client.rest() == [])
        }

        let request = try #require(received.requests.first)
        #expect(request.body == [])
        #expect(request.isCut)
        #expect(received.requests.count == 1)
    }

    @Test func takesAnEndlessBodyBeforeItClosesTheConnection() async throws {
        let handler = Self.cutting()

        let isCutOff = try await withPort(handler) { port in
            let client = try RawClient(port: port)
            try client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = Array("10000\r\n".utf8) + [UInt8](repeating: 7, count: 65_536) + Array("\r\n".utf8)
            do {
                for _ in 0..<1_000 { try client.send(chunk) }
                return false
            } catch { return true }
        }

        #expect(isCutOff)
        #expect(handler.requests.map(\.body) == [[UInt8](repeating: 7, count: 10)])
        #expect(handler.requests.map(\.isCut) == [true])
    }

    @Test func servesOthersMeanwhile() async throws {
        let handler = Self.cutting()

        try await withPort(handler) { port in
            let long = try RawClient(port: port)
            try long.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n")
            try long.send([UInt8](repeating: 7, count: 400_000))
            let other = try RawClient(port: port)
            try other.send(LimitTests.get)
            #expect(try other.answer().status == 200)
            try long.send([UInt8](repeating: 7, count: 100_000))
            #expect(try long.answer().status == 200)
        }
    }
}

/// Answers a moment after the request came, from another thread.
private struct LaterHandler: RequestHandler {
    let first: RecordingHandler

    init(_ first: RecordingHandler) { self.first = first }

    func decide(_ head: RequestHead) -> HeadDecision { first.decide(head) }

    func handle(_ request: Request, reply: consuming PendingReply) {
        let reply = reply.shared()
        first.handle(
            request,
            reply: .capturing { response in
                Task {
                    try? await Task.sleep(for: .milliseconds(50))  // Cancelled by nobody.
                    reply.send(response)
                }
            }
        )
    }
}
