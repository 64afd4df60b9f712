import Dispatch
import Glibc
import HTTPListener
import Testing

@Suite(.timeLimit(.minutes(2)))
struct LimitTests {
    static let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

    /// Requests that never end, and what they are answered.
    static let slow = [
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", 408),
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n", 408),
        ("GET / HTTP/1.1\r\nHost: x\r\nX-A: ", 408),
        ("GET /", 408),
    ]

    @Test(arguments: slow)
    func endsARequestThatDripsPastItsDeadline(start: String, status: Int) async throws {
        let handler = RecordingHandler()
        var limits = ListenerLimits()
        limits.requestDeadline = .milliseconds(200)
        limits.headDeadline = .milliseconds(200)
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
        #expect(text.hasPrefix("HTTP/1.1 \(status) Request Timeout\r\n"))
        #expect(handler.requests.isEmpty)
    }

    /// The library shows nothing of a request line before its end, and takes each byte for a sign of life.
    @Test func endsAHeadThatDripsOnAConnectionThatWasKept() async throws {
        var limits = ListenerLimits()
        limits.headDeadline = .milliseconds(500)
        limits.idleTimeout = .seconds(60)

        let isClosed = try await withPort(RecordingHandler(), limits: limits) { port in
            let client = try RawClient(port: port)
            try client.send(Self.get)
            #expect(try client.answer().status == 200)
            do {
                for _ in 0..<400 {
                    try client.send("G")
                    DripPause.wait()
                }
            } catch { return true }
            return false
        }
        #expect(isClosed)
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

    /// However late the listener comes to look, a request that has come is read before silence is punished.
    @Test func closesNoConnectionWithARequestUnread() async throws {
        var limits = ListenerLimits()
        limits.idleTimeout = .seconds(1)
        let held = DispatchSemaphore(value: 0)
        let hold = DispatchSemaphore(value: 0)
        let handler = RecordingHandler { request in
            if request.head.path == "/hold" {
                held.signal()
                hold.wait()
            }
            return .text(200, "ok")
        }

        let statuses = try await withPort(handler, limits: limits) { port in
            let clients = try (0..<20).map { _ in try RawClient(port: port) }
            for client in clients {
                try client.send(Self.get)
                #expect(try client.answer().status == 200)
            }
            let holder = try RawClient(port: port)
            try holder.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")
            held.wait()
            usleep(2_500_000)  // What they may be silent for, and the grace.
            for client in clients { try client.send(Self.get) }
            hold.signal()
            return clients.map { (try? $0.answer().status) ?? 0 }
        }
        #expect(statuses == [Int](repeating: 200, count: 20))
    }

    @Test(arguments: [("HTTP/1.1", "", true), ("HTTP/1.1", "Connection: close\r\n", false), ("HTTP/1.0", "", false)])
    func saysHowLongItKeepsAConnection(version: String, field: String, isKept: Bool) async throws {
        let once = Response.text(200, "ok").reusable()

        let answers = try await withPort(RecordingHandler { _ in once }) { port in
            try (0..<2).map { _ in
                let client = try RawClient(port: port)
                try client.send("GET / \(version)\r\nHost: x\r\n\(field)\r\n")
                return try client.answer()
            }
        }
        for answer in answers {
            #expect(answer.header("keep-alive") == (isKept ? "timeout=75" : nil))
            #expect(answer.header("connection")?.lowercased() == (isKept ? "keep-alive" : "close"))
        }
    }
}
