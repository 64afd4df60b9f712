/// The right to answer one request, for holders of copies; the first answer counts.
///
/// When the last reference goes unanswered the answer is 503 with `Retry-After`.
public final class SharedReply: Sendable {
    private let reply: Lock<PendingReply?>

    init(_ reply: consuming PendingReply) {
        self.reply = Lock(reply)
    }

    /// Answers, from any thread.
    ///
    /// - Returns: Whether this was the answer: `false` after an earlier call, or when the listener has stopped.
    @discardableResult
    public func send(_ response: Response) -> Bool {
        // Taken out first: nothing is called under the lock.
        guard let reply = reply.withLock({ $0.take() }) else { return false }
        return reply.answer(response)
    }
}
