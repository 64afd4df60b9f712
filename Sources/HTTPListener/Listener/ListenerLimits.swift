/// What a peer may use up before it is refused.
public struct ListenerLimits: Sendable, Equatable {
    /// Bytes of request line and header fields together; more is answered 431.
    ///
    /// A connection whose first head is small has room for 8 KiB only, so that it needs little while it is silent.
    public var maxHeaderBytes = 32_768

    /// Bytes of the request target; more is answered 414.
    public var maxTargetBytes = 2_048

    /// Bytes of a request body unless the handler's ``HeadDecision`` says otherwise; more is answered 413.
    public var maxBodyBytes = 8 << 20

    /// Connections at one time.
    ///
    /// For a further one the connection gives way that has been without a whole request longest; where each has one,
    /// further ones wait in the kernel's queue. They are fewer where the process may not have so many descriptors, and
    /// 128 more for everything else.
    public var maxConnections = 1_000

    /// Connections at one time from one address that have no request on them that the handler wants.
    ///
    /// For a further one the oldest of them gives way. Of IPv6 the first 64 bits count. 0 is no limit, and there is
    /// none for proxies: see ``ListenerConfiguration/isProxy``.
    public var maxConnectionsPerAddress = 0

    /// How long a connection may be silent between two requests, in whole seconds; 0 is for ever.
    ///
    /// Answers say so in `Keep-Alive`. It is closed a second later, so that a request sent at the last moment arrives.
    public var idleTimeout: Duration = .seconds(75)

    /// How long a head may take to arrive, from the connection's start or the head's first byte to its last.
    ///
    /// Past it the peer is sent 408 where it has begun (over plain HTTP), and the connection is closed.
    public var headDeadline: Duration = .seconds(10)

    /// How long a request may take to arrive, from its request line to the last byte of its body.
    ///
    /// Past it the peer is sent 408 (over plain HTTP) and the connection is closed.
    public var requestDeadline: Duration = .seconds(60)

    /// Creates the default limits.
    public init() {}
}
