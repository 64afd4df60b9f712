import Dispatch
import Testing

@testable import HTTPListener

@Suite(.timeLimit(.minutes(2)))
struct AnsweringTests {
    static let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test func answersManyLaterFromOtherThreads() async throws {
        let queue = DispatchQueue(label: "answers", attributes: .concurrent)
        let handler = ReplyHandler { request, reply in
            queue.async { reply.send(.text(200, request.head.path)) }
        }

        let texts = try await withListener(handler) { listener in
            let port = listener.port
            return try await onThreads(8) { thread in
                let client = try RawClient(port: port)
                var texts: [String] = []
                for round in 0..<40 {
                    let paths = (0..<5).map { "/\(thread)/\(round)/\($0)" }
                    try client.send(paths.map { "GET \($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
                    for path in paths where try client.answer().text == path { texts.append(path) }
                }
                return texts
            }
        }

        #expect(texts.map(\.count) == Array(repeating: 200, count: 8))
    }

    /// When the answer comes, seen from the handler.
    enum Moment: CaseIterable, Sendable {
        case insideHandler, otherThreadBeforeReturn, aroundReturn, afterReturn
    }

    @Test(arguments: Moment.allCases)
    func answersInEveryInterleaving(_ moment: Moment) async throws {
        let queue = DispatchQueue(label: "answers")
        let handler = ReplyHandler { _, reply in
            switch moment {
            case .insideHandler: reply.send(.text(200, "ok"))
            case .otherThreadBeforeReturn: queue.sync { _ = reply.send(.text(200, "ok")) }
            case .aroundReturn: queue.async { reply.send(.text(200, "ok")) }
            case .afterReturn: queue.asyncAfter(deadline: .now() + .milliseconds(2)) { reply.send(.text(200, "ok")) }
            }
        }

        let good = try await withPort(handler) { port in
            let client = try RawClient(port: port)
            var good = 0
            for _ in 0..<300 {
                try client.send(Self.get)
                if try client.answer().text == "ok" { good += 1 }
            }
            return good
        }
        #expect(good == 300)
    }

    @Test func onlyTheFirstAnswerCounts() async throws {
        let later = Lock<[Bool]>([])
        let handler = ReplyHandler { _, reply in
            let first = reply.send(.text(200, "first"))
            let second = reply.send(.text(200, "second"))
            later.withLock { $0 = [first, second] }
        }

        let text = try await withPort(handler) { port in
            let client = try RawClient(port: port)
            try client.send(Self.get)
            return try client.answer().text
        }
        #expect(text == "first")
        #expect(later.withLock { $0 } == [true, false])
    }

    @Test(arguments: [false, true])
    func answers503WhenTheReplyIsDropped(later: Bool) async throws {
        let queue = DispatchQueue(label: "drops")
        let handler = ReplyHandler { _, reply in
            if later { queue.asyncAfter(deadline: .now() + .milliseconds(5)) { _ = reply } }
        }

        let answers = try await withPort(handler) { port in
            let client = try RawClient(port: port)
            return try (0..<3).map { _ in
                try client.send(Self.get)
                return try client.answer()
            }
        }
        #expect(answers.map(\.status) == [503, 503, 503])
        #expect(answers.first?.header("retry-after") == "5")
        #expect(answers.first?.header("content-type") == "application/problem+json")
    }

    @Test func answersAPeerThatHasGone() async throws {
        let handler = KeepingHandler()

        try await withListener(handler) { listener in
            let port = listener.port
            var arrivals = handler.arrivals.makeAsyncIterator()
            for _ in 0..<20 {
                try await onThread { try RawClient(port: port).send(Self.get) }
                let reply = try #require(await arrivals.next())
                #expect(reply.send(.text(200, "nobody reads this")))
            }
            let client = Task {
                try await onThread {
                    let client = try RawClient(port: port)
                    try client.send(Self.get)
                    return try client.answer().status
                }
            }
            try #require(await arrivals.next()).send(.text(200, "somebody"))
            #expect(try await client.value == 200)
        }
    }

    @Test func capturesWithoutASocket() {
        let captured = Lock<[Int]>([])
        let keep: @Sendable (Response) -> Void = { response in captured.withLock { $0.append(response.status) } }

        PendingReply.capturing(keep).send(.text(201, ""))
        do { _ = PendingReply.capturing(keep) }
        let shared = PendingReply.capturing(keep).shared()

        #expect(shared.send(.text(202, "")))
        #expect(!shared.send(.text(203, "")))
        #expect(captured.withLock { $0 } == [201, 503, 202])
    }

    @Test func answersFromAnAsyncFunction() async throws {
        let handler = AsyncRequestHandler { request in
            await Task.yield()
            return .json(201, request.body)
        }

        let answer = try await withPort(handler) { port in
            let client = try RawClient(port: port)
            try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
            return try client.answer()
        }
        #expect(answer.status == 201)
        #expect(answer.text == "{}")
        #expect(answer.header("content-type") == "application/json")
    }

    @Test func leavesTheBodyOutForHEAD() async throws {
        let answers = try await withPort(RecordingHandler()) { port in
            let client = try RawClient(port: port)
            try client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n" + Self.get)
            return try [client.answer(toHead: true), client.answer()]
        }
        #expect(answers.map(\.status) == [200, 200])
        #expect(answers.map { $0.header("content-length") } == ["2", "2"])
        #expect(answers.map(\.text) == ["", "ok"])
    }

    @Test(arguments: [
        ("X-A", "a\r\nX-B: b"), ("X-A", "a\nb"), ("X-A", "a\u{0}b"), ("X A", "a"), ("X-A\r\nX-B", "a"), ("", "a"),
    ])
    func answers500RatherThanLettingAHeaderInjectAnother(name: String, value: String) async throws {
        let handler = RecordingHandler { _ in Response(status: 200, headers: [(name, value)]) }

        let answer = try await withPort(handler) { port in
            let client = try RawClient(port: port)
            try client.send(Self.get)
            return try client.answer()
        }
        #expect(answer.status == 500)
        #expect(answer.header("x-b") == nil)
    }

    @Test func helpersNameWhatIsAllowed() async throws {
        let handler = RecordingHandler { request in
            switch request.head.path {
            case "/405": .methodNotAllowed(allow: ["GET", "POST"])
            case "/415": .unsupportedMediaType(accept: ["application/json"])
            case "/204": Response(status: 204)
            default: .notFound()
            }
        }
        let answers = try await withPort(handler) { port in
            let client = try RawClient(port: port)
            return try ["/405", "/415", "/204", "/"].map { path in
                try client.send("DELETE \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
                return try client.answer()
            }
        }
        #expect(answers.map(\.status) == [405, 415, 204, 404])
        #expect(answers[0].header("allow") == "GET, POST")
        #expect(answers[1].header("accept") == "application/json")
    }
}
