import HTTPListener
import Testing

/// Heads are small, and small ones have little room; large ones are taken all the same.
@Suite(.timeLimit(.minutes(2)))
struct LargeHeadTests {
    static func get(_ bytes: Int, fields: Int = 1) -> String {
        let field = String(repeating: "a", count: max(1, bytes / fields - 8))
        let all = (0..<fields).map { "X-\($0): \(field)\r\n" }.joined()
        return "GET / HTTP/1.1\r\nHost: x\r\n\(all)\r\n"
    }

    @Test(arguments: [
        (100, 1), (4_000, 1), (4_100, 1), (8_100, 60), (9_000, 1), (30_000, 1), (32_600, 1), (20_000, 100),
    ])
    func takesAHeadOfUpTo32KiB(bytes: Int, fields: Int) async throws {
        let handler = RecordingHandler()
        let request = Self.get(bytes, fields: fields)

        let statuses = try await withPort(handler) { port in
            try [1_000, 100_000].map { size in
                let client = try RawClient(port: port)
                let all = Array(request.utf8)
                for start in stride(from: 0, to: all.count, by: size) {
                    try client.send(Array(all[start..<min(start + size, all.count)]))
                    DripPause.wait()
                }
                return try client.answer().status
            }
        }
        #expect(statuses == [200, 200])
        #expect(handler.requests.allSatisfy { $0.head.headers.count(where: { _ in true }) == fields + 1 })
    }

    @Test(arguments: [33_000, 60_000])
    func refusesALargerOne(bytes: Int) async throws {
        let status = try await withPort(RecordingHandler()) { port in
            let client = try RawClient(port: port)
            try client.send(Self.get(bytes))
            return try client.answer().status
        }
        #expect(status == 431)
    }

    /// A peer's heads are much alike; through a proxy come those of many peers.
    @Test(arguments: [(false, 7_000), (true, 30_000)])
    func takesALargerHeadOnAConnectionThatWasKept(isProxy: Bool, bytes: Int) async throws {
        var configuration = ListenerConfiguration()
        configuration.isProxy = { _ in isProxy }
        let listener = try HTTPServer(configuration, handler: RecordingHandler())
        let port = listener.port

        let statuses = try await onThread {
            let client = try RawClient(port: port)
            return try [100, bytes, 100, bytes].map {
                try client.send(Self.get($0))
                return try client.answer().status
            }
        }
        await listener.stop(within: .zero)
        #expect(statuses == [200, 200, 200, 200])
    }
}
