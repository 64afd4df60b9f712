/// A request that has arrived as a whole.
public struct Request: Sendable {
    /// What came before the body.
    public var head: RequestHead

    /// The body's bytes with any transfer coding removed; empty when there was none.
    public var body: [UInt8]

    /// Whether the body was longer, and only its beginning is here; see ``BodyExcess``.
    public var isCut: Bool

    /// What the handler's ``HeadDecision`` passed on.
    public var passed: (any AnyObject & Sendable)?

    /// Creates a request, for tests of handlers without a socket.
    public init(
        head: RequestHead,
        body: [UInt8] = [],
        isCut: Bool = false,
        passed: (any AnyObject & Sendable)? = nil
    ) {
        self.head = head
        self.body = body
        self.isCut = isCut
        self.passed = passed
    }
}
