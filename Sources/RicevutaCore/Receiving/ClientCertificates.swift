/// Which TLS client certificates callbacks are taken with.
public enum ClientCertificates: Sendable, Equatable {
    /// With any, and without one.
    case any
    /// With one that the listener's authorities vouch for.
    case trusted
    /// With one of these, by their SHA-256, that the listener's authorities vouch for too.
    case listed(Set<String>)

    /// Whether a callback is taken with that certificate.
    ///
    /// - Parameter fingerprint: The SHA-256 of a certificate that the authorities vouch for, in lower-case hexadecimal;
    ///   `nil` without one.
    /// - Returns: `false` when it has to be refused.
    public func allow(_ fingerprint: String?) -> Bool {
        switch self {
        case .any: true
        case .trusted: fingerprint != nil
        case .listed(let fingerprints): fingerprint.map(fingerprints.contains) ?? false
        }
    }
}
