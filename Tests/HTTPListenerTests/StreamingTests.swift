import Foundation
import HTTPListener
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(2)))
struct StreamingTests {
    static let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

    private func answer(
        to response: @escaping @Sendable () -> Response,
        request: String = get
    ) async throws -> (RawClient.Answer, isClosed: Bool) {
        try await withPort(RecordingHandler(respond: { _ in response() })) { port in
            let client = try RawClient(port: port)
            try client.send(request)
            let answer = try client.answer(toHead: request.hasPrefix("HEAD"))
            guard answer.isComplete else { return (answer, true) }
            // A second request shows that the connection is in order.
            try client.send("GET /again HTTP/1.1\r\nHost: x\r\n\r\n")
            return (answer, (try? client.answer()) == nil)
        }
    }

    static let pieces: [[UInt8]] = [[1, 2, 3], [UInt8](repeating: 9, count: 100_000), [], [4]]

    @Test(arguments: [nil, 100_004], [false, true])
    func streamsABody(length: Int?, pauses: Bool) async throws {
        let (answer, isClosed) = try await answer {
            var steps: [BodyStep] = []
            for piece in Self.pieces {
                if pauses { steps.append(.pause(.milliseconds(3))) }
                steps.append(.bytes(piece))
            }
            return Response(status: 200, body: .stream(length: length, ListedBody(steps)))
        }

        #expect(answer.status == 200)
        #expect(answer.body == Self.pieces.flatMap(\.self))
        #expect(answer.header("content-length") == length.map(String.init))
        #expect(!isClosed)
    }

    @Test(arguments: [nil, 10])
    func cutsABodyShort(length: Int?) async throws {
        let (answer, isClosed) = try await answer {
            let body = ListedBody([.bytes([1, 2, 3]), .pause(.milliseconds(2)), .abort])
            return Response(status: 200, body: .stream(length: length, body))
        }
        #expect(!answer.isComplete)
        #expect(answer.body.starts(with: length == nil ? [] : [1, 2, 3]))
        #expect(isClosed)
    }

    @Test func cutsABodyShortThatEndsBeforeItsLength() async throws {
        let (answer, isClosed) = try await answer {
            Response(status: 200, body: .stream(length: 10, ListedBody([.bytes([1, 2, 3])])))
        }
        #expect(!answer.isComplete)
        #expect(isClosed)
    }

    @Test func asksNoProducerForHEAD() async throws {
        let (answer, isClosed) = try await answer(
            to: { Response(status: 200, body: .stream(length: 3, ListedBody([.abort]))) },
            request: "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"
        )
        #expect(answer.header("content-length") == "3")
        #expect(!isClosed)
    }

    @Test(arguments: [0, 1, 3_000_000])
    func sendsAFile(size: Int) async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/file"
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            #expect(FileManager.default.createFile(atPath: path, contents: Data(bytes)))

            let (answer, isClosed) = try await answer {
                Response(status: 200, headers: [("Content-Type", "application/zip")], body: .file(path: path))
            }
            #expect(answer.status == 200)
            #expect(answer.header("content-type") == "application/zip")
            #expect(answer.body == bytes)
            #expect(!isClosed)
        }
    }

    @Test(arguments: ["/nonexistent/file", "/", "/dev/null/x"])
    func answers404WithoutAFile(path: String) async throws {
        let (answer, _) = try await answer { Response(status: 200, body: .file(path: path)) }
        #expect(answer.status == 404)
        #expect(answer.header("content-type") == "application/problem+json")
    }

    @Test func stopsWithAPausedBody() async throws {
        let (started, continuation) = AsyncStream.makeStream(of: Void.self)
        let handler = RecordingHandler(respond: { _ in
            continuation.yield()
            return Response(status: 200, body: .stream(length: 10, ListedBody([.bytes([1]), .pause(.seconds(3_600))])))
        })
        let listener = try HTTPServer(ListenerConfiguration(), handler: handler)
        let port = listener.port
        let client = Task {
            try await onThread {
                let client = try RawClient(port: port)
                try client.send(Self.get)
                return try client.answer()
            }
        }
        _ = await started.first { _ in true }

        await listener.stop(within: .milliseconds(20))

        #expect(try await client.value.isComplete == false)
    }

    @Test func dropsTheProducerWhenThePeerGoes() async throws {
        final class Endless: BodyProducer {
            let dropped: AsyncStream<Void>.Continuation
            init(_ dropped: AsyncStream<Void>.Continuation) { self.dropped = dropped }
            deinit { dropped.yield() }
            func next(upTo max: Int) -> BodyStep { .bytes([UInt8](repeating: 0, count: max)) }
        }
        let (dropped, continuation) = AsyncStream.makeStream(of: Void.self)
        let handler = RecordingHandler(respond: { _ in
            Response(status: 200, body: .stream(length: nil, Endless(continuation)))
        })

        try await withListener(handler) { listener in
            let port = listener.port
            try await onThread {
                let client = try RawClient(port: port)
                try client.send(Self.get)
            }
            _ = await dropped.first { _ in true }
        }
    }
}

/// A folder that is removed afterwards.
func withTemporaryFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("listener-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }  // Left over at worst: the folder is temporary.
    return try await body(folder.path)
}
