public import BaseKit
public import Visengine

/// One admitted callback, on its way into the journal and from there into the ledger.
///
/// It changes hands several times between two threads, so that what it says is kept in one place, which all its copies
/// share.
public struct ReceivedCallback: Sendable {
    /// Its number in the journal, until it is written there `nil`: with the receiver's id it is the callback's own
    /// (``CallbackID``), by which the ledger knows one that is handed over again.
    public var number: Int64?

    /// Whose endpoint it arrived at.
    public var provider: ProviderID { content.provider }
    /// The order's nonce out of the verified token; `nil` where the source's policy asks for no token.
    public var nonce: OrderNonce? { content.nonce }
    /// The id of the key that signed the token.
    public var keyID: String? { content.keyID }
    /// Whether the token's key is retired: accepted, and worth an alarm.
    public var isRetiredKey: Bool { content.isRetiredKey }
    /// What the body says; empty when the body could not be decoded (a good token alone is worth a read-back).
    public var claim: CallbackClaim { content.claim }
    /// Why the body could not be decoded, in a fixed, low-cardinality word; `nil` when it could.
    public var decodingProblem: String? { content.decodingProblem }
    /// The body as it arrived.
    public var body: [UInt8] { content.body }
    /// `Content-Type` as it arrived.
    public var contentType: String? { content.contentType }
    /// The peer's address without a port, after trusted proxies.
    public var peer: String { content.peer }
    /// When the body was complete.
    public var receivedAt: Timestamp { content.receivedAt }
    /// The trace that its sender has put it into, if any.
    ///
    /// Not kept by the journal: a callback that a crash left there to be handed over has none.
    public var trace: TraceParent? { content.trace }

    private final class Content: Sendable {
        let provider: ProviderID
        let nonce: OrderNonce?
        let keyID: String?
        let isRetiredKey: Bool
        let claim: CallbackClaim
        let decodingProblem: String?
        let body: [UInt8]
        let contentType: String?
        let peer: String
        let receivedAt: Timestamp
        let trace: TraceParent?

        init(
            provider: ProviderID,
            nonce: OrderNonce?,
            keyID: String?,
            isRetiredKey: Bool,
            claim: CallbackClaim,
            decodingProblem: String?,
            body: [UInt8],
            contentType: String?,
            peer: String,
            receivedAt: Timestamp,
            trace: TraceParent?
        ) {
            self.provider = provider
            self.nonce = nonce
            self.keyID = keyID
            self.isRetiredKey = isRetiredKey
            self.claim = claim
            self.decodingProblem = decodingProblem
            self.body = body
            self.contentType = contentType
            self.peer = peer
            self.receivedAt = receivedAt
            self.trace = trace
        }
    }

    private let content: Content

    /// Creates a callback.
    public init(
        provider: ProviderID,
        nonce: OrderNonce?,
        keyID: String? = nil,
        isRetiredKey: Bool = false,
        claim: CallbackClaim,
        decodingProblem: String? = nil,
        body: [UInt8],
        contentType: String? = nil,
        peer: String,
        receivedAt: Timestamp,
        trace: TraceParent? = nil
    ) {
        content = Content(
            provider: provider,
            nonce: nonce,
            keyID: keyID,
            isRetiredKey: isRetiredKey,
            claim: claim,
            decodingProblem: decodingProblem,
            body: body,
            contentType: contentType,
            peer: peer,
            receivedAt: receivedAt,
            trace: trace
        )
    }
}
