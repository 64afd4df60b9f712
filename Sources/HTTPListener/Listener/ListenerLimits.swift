/// What a peer may use up before it is refused.
public struct ListenerLimits: Sendable, Equatable {
    /// Bytes of request line and header fields together; more is answered 431.
    public var maxHeaderBytes = 8_192

    /// Bytes of the request target; more is answered 414.
    public var maxTargetBytes = 2_048

    /// Bytes of a request body unless the handler's ``HeadDecision`` says otherwise; more is answered 413.
    public var maxBodyBytes = 8 << 20

    /// Connections at one time.
    ///
    /// Further ones wait in the kernel's queue.
    public var maxConnections = 1_000

    /// Connections at one time from one address; further ones are reset.
    ///
    /// 0 is no limit of its own. Leave it 0 behind a proxy, where every connection has the proxy's address.
    public var maxConnectionsPerAddress = 0

    /// How long a connection may be silent, in whole seconds rounded up; 0 is for ever.
    public var idleTimeout: Duration = .seconds(30)

    /// How long a request may take to arrive, from its request line to the last byte of its body.
    ///
    /// Past it the peer is sent 408 (over plain HTTP) and the connection is closed. A connection that sends a request
    /// line in pieces is closed once it has taken this and ``idleTimeout`` together.
    public var requestDeadline: Duration = .seconds(60)

    /// Creates the default limits.
    public init() {}
}
