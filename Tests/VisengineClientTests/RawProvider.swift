import NIOCore
import NIOPosix
import Synchronization

/// A peer that takes requests and answers bytes that no HTTP server would, or none.
final class RawProvider: Sendable {
    enum Answer: Sendable {
        /// Nothing, ever; the connection stays.
        case silence
        /// These bytes, then the connection is closed.
        case bytes(String)
        /// The connection is closed.
        case close
    }

    private let server: any Channel
    private let requests: RequestCount

    /// How many requests have come.
    var count: Int { requests.number.withLock { $0 } }
    var baseURL: String { "http://127.0.0.1:\(server.localAddress?.port ?? 0)" }

    init(_ answer: Answer) async throws {
        let requests = RequestCount()
        self.requests = requests
        server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(RawHandler(answer: answer, requests: requests))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    func stop() async throws { try await server.close() }
}

private final class RequestCount: Sendable {
    let number = Mutex(0)
}

/// Answers once a request's head has come; what follows of its body does not matter.
private final class RawHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: RawProvider.Answer
    private let requests: RequestCount
    private var head = ""
    private var isAnswered = false

    init(answer: RawProvider.Answer, requests: RequestCount) {
        self.answer = answer
        self.requests = requests
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        head += String(buffer: unwrapInboundIn(data))
        guard !isAnswered, head.contains("\r\n\r\n") else { return }
        isAnswered = true
        requests.number.withLock { $0 += 1 }
        switch answer {
        case .silence: break
        case .close: context.close(promise: nil)
        case .bytes(let text):
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            context.close(promise: nil)
        }
    }
}

/// Runs a body with such a peer.
func withRawProvider(_ answer: RawProvider.Answer, _ body: (RawProvider) async throws -> Void) async throws {
    let provider = try await RawProvider(answer)
    do {
        try await body(provider)
    } catch {
        try await provider.stop()
        throw error
    }
    try await provider.stop()
}
