/// Why a token is not good, as far as its text shows.
public enum TokenFault: Sendable, Equatable {
    /// There is none.
    case missing
    /// It has not the form of a token.
    case malformed
    /// It has the form of a token, and names a key that is not configured: `a`–`z` and `0`–`9`, at most 16.
    case unknownKey(String)
    /// It names a configured key, which did not sign it.
    case wrongSignature(keyID: String)

    /// The faults without what a peer wrote.
    public enum Cause: String, Sendable, CaseIterable {
        /// See ``TokenFault/missing``.
        case missing
        /// See ``TokenFault/malformed``.
        case malformed
        /// See ``TokenFault/unknownKey(_:)``.
        case unknownKey = "unknown_key"
        /// See ``TokenFault/wrongSignature(keyID:)``.
        case wrongSignature = "wrong_signature"
    }

    /// Which of the faults it is.
    public var cause: Cause {
        switch self {
        case .missing: .missing
        case .malformed: .malformed
        case .unknownKey: .unknownKey
        case .wrongSignature: .wrongSignature
        }
    }

    /// The id of the key that the token names, if it has the form of a token.
    public var keyID: String? {
        switch self {
        case .missing, .malformed: nil
        case .unknownKey(let id), .wrongSignature(let id): id
        }
    }
}
