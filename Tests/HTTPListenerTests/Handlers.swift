@testable import HTTPListener

/// Answers at once with what a function says, and keeps what it was given.
final class RecordingHandler: RequestHandler {
    private let received = Lock<[Request]>([])
    private let evaluate: @Sendable (RequestHead) -> HeadDecision
    private let respond: @Sendable (Request) -> Response

    var requests: [Request] { received.withLock { $0 } }

    init(
        decide: @escaping @Sendable (RequestHead) -> HeadDecision = { _ in .readBody() },
        respond: @escaping @Sendable (Request) -> Response
    ) {
        evaluate = decide
        self.respond = respond
    }

    convenience init(decide: @escaping @Sendable (RequestHead) -> HeadDecision = { _ in .readBody() }) {
        self.init(decide: decide, respond: { _ in .text(200, "ok") })
    }

    func decide(_ head: RequestHead) -> HeadDecision { evaluate(head) }

    func handle(_ request: Request, reply: consuming PendingReply) {
        received.withLock { $0.append(request) }
        reply.send(respond(request))
    }
}

/// Keeps every reply and says that it has one.
final class KeepingHandler: RequestHandler {
    let arrivals: AsyncStream<SharedReply>
    private let continuation: AsyncStream<SharedReply>.Continuation

    init() { (arrivals, continuation) = AsyncStream.makeStream() }

    func decide(_ head: RequestHead) -> HeadDecision { .readBody() }

    func handle(_ request: Request, reply: consuming PendingReply) {
        continuation.yield(reply.shared())
    }
}

/// Does with the reply what a function does.
struct ReplyHandler: RequestHandler {
    let body: @Sendable (Request, SharedReply) -> Void

    init(_ body: @escaping @Sendable (Request, SharedReply) -> Void) { self.body = body }

    func decide(_ head: RequestHead) -> HeadDecision { .readBody() }

    func handle(_ request: Request, reply: consuming PendingReply) { body(request, reply.shared()) }
}

/// Plays a list of steps.
final class ListedBody: BodyProducer {
    private let steps: Lock<[BodyStep]>

    init(_ steps: [BodyStep]) { self.steps = Lock(steps.reversed()) }

    func next(upTo max: Int) -> BodyStep { steps.withLock { $0.popLast() ?? .end } }
}

/// A listener on a free port of 127.0.0.1, stopped afterwards.
func withListener<Result: Sendable>(
    _ handler: any RequestHandler,
    limits: ListenerLimits = ListenerLimits(),
    host: String = "127.0.0.1",
    tls: TLSFiles? = nil,
    _ body: (HTTPServer) async throws -> Result
) async throws -> Result {
    let configuration = ListenerConfiguration(host: host, tls: tls, limits: limits)
    let listener = try HTTPServer(configuration, handler: handler)
    do {
        let result = try await body(listener)
        await listener.stop(within: .zero)
        return result
    } catch {
        await listener.stop(within: .zero)
        throw error
    }
}

/// The same for a body that blocks, which runs on a thread of its own with the listener's port.
func withPort<Result: Sendable>(
    _ handler: any RequestHandler,
    limits: ListenerLimits = ListenerLimits(),
    host: String = "127.0.0.1",
    _ body: @escaping @Sendable (UInt16) throws -> Result
) async throws -> Result {
    try await withListener(handler, limits: limits, host: host) { listener in
        let port = listener.port
        return try await onThread { try body(port) }
    }
}
