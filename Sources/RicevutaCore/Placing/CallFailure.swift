/// Why a call to the provider that an operator asked for failed.
///
/// Its description and its mirror leave out the provider's message, which may hold personal data.
public struct CallFailure: Error, Sendable, Equatable {
    /// What the failure means for the one who made the call.
    public enum Kind: Sendable, Equatable, CaseIterable {
        /// The API token is not accepted, or lacks a right.
        case notPermitted
        /// The provider does not know what was named.
        case notFound
        /// The provider does not accept what was sent; nothing was done.
        case rejected
        /// The provider cannot be reached, or cannot answer now; nothing was done.
        case unavailable
        /// The call may have had its effect: it is not to be repeated before that has been looked up.
        case outcomeUnknown
    }

    /// What the failure means.
    public var kind: Kind
    /// One sentence for logs and operators, free of secrets and personal data.
    public var reason: String
    /// The provider's own words; may hold personal data, so it is for the one who made the call, never for a log.
    public var message: String

    /// Creates a failure.
    public init(_ kind: Kind, reason: String, message: String = "") {
        self.kind = kind
        self.reason = reason
        self.message = message
    }
}

extension CallFailure: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The reason, without the message.
    public var description: String { reason }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// Without the message, so that dumping the failure does not show it.
    public var customMirror: Mirror { Mirror(self, children: ["kind": kind, "reason": reason]) }
}
