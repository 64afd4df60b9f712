/// What checking a callback token found.
public enum TokenVerdict: Sendable, Equatable {
    /// A key in use signed it.
    case valid(OrderNonce, keyID: String)
    /// A key signed it that is not accepted any more: worth an alarm, the token was real once.
    case retired(OrderNonce, keyID: String)
    /// No known key signed it, or it is no token at all.
    case invalid
}
