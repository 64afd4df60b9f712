public import RicevutaCore

/// The decision on a request's head, before its body is read.
public enum Admission: Sendable, Equatable {
    /// Read the body, and hand it to ``Intake/take(_:body:contentType:answer:)``.
    case admitted(AdmittedCallback)
    /// The token is missing or wrong.
    case unauthorized
    /// What `Authorization` has to show is missing or wrong.
    case credentialsNeeded
    /// Callbacks are not taken from this address.
    case networkNotAllowed
    /// Callbacks are not taken without another client certificate.
    case certificateNotAllowed
    /// The address showed too many bad tokens.
    case tooManyFailures(retryAfter: Duration)
}

/// A request that may send its body; only ``Intake`` makes one.
public final class AdmittedCallback: Sendable, Equatable {
    let token: VerifiedToken?
    let origin: [UInt8]
    /// Whether a bad token counts against the address.
    let isLimited: Bool

    init(token: VerifiedToken?, origin: SourcePolicy.Origin) {
        self.token = token
        self.origin = origin.address
        isLimited = !origin.isProxy
    }

    /// Whether the head had a good token: a body that has to bring its own deserves less room.
    public var hasToken: Bool { token != nil }

    /// How much is kept of a body that is longer than is read: an order begins with its id.
    public static let keptBytes = 256 << 10

    /// Whether both have the same token and address.
    public static func == (left: AdmittedCallback, right: AdmittedCallback) -> Bool {
        left.token == right.token && left.origin == right.origin
    }
}

/// A token whose signature holds.
struct VerifiedToken: Sendable, Equatable {
    var nonce: OrderNonce
    var keyID: String
    var isRetired: Bool
}

/// The answer to the sender of a callback.
public enum IntakeAnswer: Sendable, Equatable {
    /// What became of it in the journal.
    case journal(JournalOutcome)
    /// The body has no good token either.
    case unauthorized
    /// There is no token, and the body names no order.
    case undecodable
}
