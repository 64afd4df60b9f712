public import Visengine

/// One callback that passed the door, on its way into the ledger.
public struct ReceivedCallback: Sendable {
    /// The order's nonce out of the verified token; `nil` where the source's policy asks for no token.
    public var nonce: OrderNonce?
    /// The id of the key that signed the token.
    public var keyID: String?
    /// Whether the token's key is retired: accepted, and worth an alarm.
    public var isRetiredKey: Bool
    /// What the body says; empty when the body could not be decoded (a good token alone is worth a read-back).
    public var claim: CallbackClaim
    /// Why the body could not be decoded, in a fixed, low-cardinality word; `nil` when it could.
    public var decodingProblem: String?
    /// The body as it arrived.
    public var body: [UInt8]
    /// `Content-Type` as it arrived.
    public var contentType: String?
    /// The peer's address without a port, after trusted proxies.
    public var peer: String
    /// When the body was complete.
    public var receivedAt: Timestamp

    /// Creates a callback.
    public init(
        nonce: OrderNonce?,
        keyID: String? = nil,
        isRetiredKey: Bool = false,
        claim: CallbackClaim,
        decodingProblem: String? = nil,
        body: [UInt8],
        contentType: String? = nil,
        peer: String,
        receivedAt: Timestamp
    ) {
        self.nonce = nonce
        self.keyID = keyID
        self.isRetiredKey = isRetiredKey
        self.claim = claim
        self.decodingProblem = decodingProblem
        self.body = body
        self.contentType = contentType
        self.peer = peer
        self.receivedAt = receivedAt
    }
}
