/// The right to answer one request, once.
///
/// Dropping it answers 503 with `Retry-After`; using it twice doesn't compile. It may be sent from any thread, before
/// or after ``RequestHandler/handle(_:reply:)`` has returned, and when the listener has answered in the meantime
/// because it had to stop, sending does nothing.
public struct PendingReply: ~Copyable, Sendable {
    /// Who gets the answer.
    enum Recipient: Sendable {
        case connection(Connection, request: UInt64)
        case function(@Sendable (Response) -> Void)

        /// - Returns: Whether there is still somebody to get it.
        @discardableResult
        func receive(_ response: Response) -> Bool {
            switch self {
            case .connection(let connection, let request):
                return connection.core.post(.init(connection: connection, request: request, response: response))
            case .function(let receive):
                receive(response)
                return true
            }
        }
    }

    static let unanswered = Response.unavailable(detail: "The request was not handled.")

    private var recipient: Recipient?

    init(_ connection: Connection, request: UInt64) {
        recipient = .connection(connection, request: request)
    }

    private init(_ recipient: Recipient) {
        self.recipient = recipient
    }

    /// A reply without a connection that hands its answer to a function, for tests of handlers.
    ///
    /// The function runs exactly once, in the thread that sends or drops the reply.
    public static func capturing(_ receive: @escaping @Sendable (Response) -> Void) -> PendingReply {
        PendingReply(.function(receive))
    }

    /// Answers.
    public consuming func send(_ response: Response) {
        recipient.take()?.receive(response)
    }

    /// Turns the right into an object, for closures and tasks, which can't hold a value that can't be copied.
    public consuming func shared() -> SharedReply {
        // Only what consumes a reply takes its recipient, and nothing can be consumed twice.
        guard let recipient = recipient.take() else { preconditionFailure("a reply was already consumed") }
        return SharedReply(recipient)
    }

    deinit {
        recipient?.receive(Self.unanswered)
    }
}
