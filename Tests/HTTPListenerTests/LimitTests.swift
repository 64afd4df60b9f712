import HTTPListener
import Testing

@Suite(.timeLimit(.minutes(2)))
struct LimitTests {
    static let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

    /// Requests that never end, and whether they can still be answered.
    static let slow = [
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", 408),
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n", 408),
        ("GET / HTTP/1.1\r\nHost: x\r\nX-A: ", 408),
        ("GET /", nil),
    ]

    @Test(arguments: slow)
    func endsARequestThatDripsPastItsDeadline(start: String, status: Int?) async throws {
        let handler = RecordingHandler()
        var limits = ListenerLimits()
        limits.requestDeadline = .milliseconds(200)
        limits.idleTimeout = .seconds(2)

        let received = try await withPort(handler, limits: limits) { port in
            let client = try RawClient(port: port)
            try client.send(start)
            do {
                // Never silent for as long as the idle timeout.
                for _ in 0..<400 {
                    try client.send("a")
                    DripPause.wait()
                }
            } catch {}
            return client.rest()
        }

        let text = String(decoding: try #require(received), as: UTF8.self)
        #expect(text.isEmpty == (status == nil))
        if let status { #expect(text.hasPrefix("HTTP/1.1 \(status) Request Timeout\r\n")) }
        #expect(handler.requests.isEmpty)
    }

    @Test func closesASilentConnection() async throws {
        var limits = ListenerLimits()
        limits.idleTimeout = .seconds(1)

        let rests = try await withPort(RecordingHandler(), limits: limits) { port in
            let silent = try RawClient(port: port)
            let kept = try RawClient(port: port)
            try kept.send(Self.get)
            #expect(try kept.answer().status == 200)
            return [silent.rest(), kept.rest()]
        }
        #expect(rests == [[], []])
    }

    @Test func doesNotHurryAHandler() async throws {
        var limits = ListenerLimits()
        limits.requestDeadline = .milliseconds(50)
        limits.idleTimeout = .seconds(1)
        let handler = AsyncRequestHandler { _ in
            try? await Task.sleep(for: .milliseconds(1_500))  // Cancelled by nobody.
            return .text(200, "slow")
        }

        let text = try await withPort(handler, limits: limits) { port in
            let client = try RawClient(port: port)
            try client.send(Self.get)
            return try client.answer().text
        }
        #expect(text == "slow")
    }

    @Test func refusesMoreConnectionsOfOneAddress() async throws {
        var limits = ListenerLimits()
        limits.maxConnectionsPerAddress = 2

        try await withPort(RecordingHandler(), limits: limits) { port in
            let first = try RawClient(port: port)
            let second = try RawClient(port: port)
            for client in [first, second] {
                try client.send(Self.get)
                #expect(try client.answer().status == 200)
            }
            let third = try RawClient(port: port)
            try? third.send(Self.get)  // It may be reset before.
            #expect(third.rest() == [])
        }
    }

    @Test func letsMoreConnectionsWait() async throws {
        var limits = ListenerLimits()
        limits.maxConnections = 2

        try await withPort(RecordingHandler(), limits: limits) { port in
            let clients = try (0..<4).map { _ in try RawClient(port: port) }
            for client in clients { try client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") }
            for client in clients { #expect(try client.answer().status == 200) }
        }
    }
}
