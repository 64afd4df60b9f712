/// A handler made of one async function.
///
/// Costs a task per request: for the admin listener, for stand-ins and tests, not where every microsecond counts.
public struct AsyncRequestHandler: RequestHandler {
    private let maxBodyBytes: Int?
    private let evaluate: (@Sendable (RequestHead) -> HeadDecision)?
    private let respond: @Sendable (Request) async -> Response

    /// Creates a handler.
    ///
    /// - Parameters:
    ///   - maxBodyBytes: The body limit in bytes where `decide` is absent; `nil` for the listener's.
    ///   - decide: Decides on a head; absent, every body is read.
    ///   - respond: Answers one request; runs concurrently with itself.
    public init(
        maxBodyBytes: Int? = nil,
        decide: (@Sendable (RequestHead) -> HeadDecision)? = nil,
        _ respond: @escaping @Sendable (Request) async -> Response
    ) {
        self.maxBodyBytes = maxBodyBytes
        evaluate = decide
        self.respond = respond
    }

    /// Asks the function given as `decide`.
    public func decide(_ head: RequestHead) -> HeadDecision {
        evaluate?(head) ?? .readBody(limit: maxBodyBytes)
    }

    /// Answers from a task of its own.
    public func handle(_ request: Request, reply: consuming PendingReply) {
        let reply = reply.shared()
        Task { [respond] in reply.send(await respond(request)) }
    }
}
