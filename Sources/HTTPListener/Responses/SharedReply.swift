import Synchronization

/// The right to answer one request, for holders of copies; the first answer counts.
///
/// When the last reference goes unanswered the answer is 503 with `Retry-After`.
public final class SharedReply: Sendable {
    private let recipient: PendingReply.Recipient
    private let isUsed = Atomic(false)

    init(_ recipient: PendingReply.Recipient) {
        self.recipient = recipient
    }

    deinit {
        if !isUsed.load(ordering: .acquiring) { recipient.receive(PendingReply.unanswered) }
    }

    /// Answers, from any thread.
    ///
    /// - Returns: Whether this was the answer: `false` after an earlier call, or when the listener has stopped.
    @discardableResult
    public func send(_ response: Response) -> Bool {
        guard !isUsed.exchange(true, ordering: .acquiringAndReleasing) else { return false }
        return recipient.receive(response)
    }
}
