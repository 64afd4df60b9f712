/// What a listener has to do with at the moment, and what it has done since it started.
public struct ListenerStatistics: Sendable, Equatable {
    /// Connections at the moment.
    public var open = 0

    /// Those among them that have not sent the head of a request, silent ones between two requests included.
    public var withoutHead = 0

    /// Connections accepted.
    public var accepted = 0

    /// Connections closed because all places were taken: see ``ListenerLimits/maxConnections``.
    public var overConnectionLimit = 0

    /// Connections closed for another of their own address: see ``ListenerLimits/maxConnectionsPerAddress``.
    public var overAddressLimit = 0

    /// Connections closed because a head took longer than ``ListenerLimits/headDeadline``.
    public var lateHeads = 0

    /// Connections closed because a request took longer than ``ListenerLimits/requestDeadline``.
    public var lateRequests = 0

    /// Creates counts of nothing.
    public init() {}
}
