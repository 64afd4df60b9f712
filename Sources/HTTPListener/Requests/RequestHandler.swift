/// What answers a listener's requests.
///
/// All methods are called on the thread that serves every connection: they must not block, wait for IO or take long.
public protocol RequestHandler: Sendable {
    /// Decides on a request by its head, before any of its body is read.
    ///
    /// The head has passed the listener's own rules (``HeadRules``).
    func decide(_ head: RequestHead) -> HeadDecision

    /// Takes a whole request.
    ///
    /// Answer before returning, which is cheapest, or keep the reply and answer later from any thread: the connection
    /// then waits without a thread of its own.
    func handle(_ request: Request, reply: consuming PendingReply)

    /// All requests that had arrived have been handed over for now; what was kept back to go together goes.
    ///
    /// Called on the same thread, after ``handle(_:reply:)`` has been called once or more.
    func turnEnded()
}

extension RequestHandler {
    /// Does nothing.
    public func turnEnded() {}
}

/// What to do with a request whose head is known.
public enum HeadDecision: Sendable {
    /// Answer now, read no body, and close the connection after the answer.
    case refuse(Response)

    /// Read the body, up to this many bytes (`nil` for ``ListenerLimits/maxBodyBytes``).
    ///
    /// What is passed comes back as ``Request/passed``, so that nothing is decided twice. A request that gives way may
    /// be broken off before it is whole, where its connection's place is needed; any other only when it is slow.
    case readBody(
        limit: Int? = nil,
        ifLonger: BodyExcess = .refuse,
        passing: (any AnyObject & Sendable)? = nil,
        givesWay: Bool = true
    )
}

/// What to do with a body that is longer than is read.
public enum BodyExcess: Sendable, Equatable {
    /// Answer 413.
    case refuse

    /// Hand over so many of its first bytes, with ``Request/isCut``; the connection is closed after the answer.
    ///
    /// The rest is read and thrown away, since a peer that still sends may miss an answer: eight times the limit at
    /// most. A body that declares more is handed over without a byte, before it is sent; one that is chunked and
    /// has more is handed over and its connection closed.
    case cut(to: Int)
}
