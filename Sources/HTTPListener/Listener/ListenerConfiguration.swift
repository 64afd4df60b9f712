/// Where and how a listener accepts connections.
public struct ListenerConfiguration: Sendable {
    /// The address to bind: an IPv4 or IPv6 literal, no name and no brackets.
    ///
    /// `::` also takes IPv4.
    public var host: String

    /// The TCP port; 0 lets the kernel choose, and ``HTTPServer/port`` says what it chose.
    public var port: UInt16

    /// A bound and listening stream socket to use instead of binding ``host`` and ``port``, such as a service manager
    /// hands over; whoever made it may go on holding it.
    public var socket: Int32?

    /// Certificate and key; `nil` for plain HTTP.
    public var tls: TLSFiles?

    /// What a peer may use up.
    public var limits: ListenerLimits

    /// Whether the peer with that address (4 or 16 bytes) is a proxy that speaks for many others.
    ///
    /// Such a peer's connections are not counted by address, give way after all others, and have room for the largest
    /// head from the start. Called on the listener's thread, once for each connection; `nil` is never.
    public var isProxy: (@Sendable ([UInt8]) -> Bool)?

    /// Called when connections had to be closed for others, at most once in a minute, on the listener's thread.
    public var onConnectionLimit: (@Sendable (ListenerStatistics) -> Void)?

    /// Gets each message of the C library (a peer that broke off, a failed handshake), on the listener's thread.
    ///
    /// The messages are for a debug log: they can be caused by any peer. `nil` drops them.
    public var onLibraryMessage: (@Sendable (String) -> Void)?

    /// Creates a configuration.
    public init(
        host: String = "127.0.0.1",
        port: UInt16 = 0,
        tls: TLSFiles? = nil,
        limits: ListenerLimits = .init()
    ) {
        self.host = host
        self.port = port
        self.tls = tls
        self.limits = limits
    }
}
