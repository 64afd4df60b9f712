/// What the TLS library's descriptions of its errors mean.
package enum TLSFailure {
    private static let reasons = [
        ("CERTIFICATE_VERIFY_FAILED", "the certificate is not trusted, is not for this host name, or has expired"),
        ("unableToValidateCertificate", "the certificate is not for this host name"),
        ("WRONG_VERSION_NUMBER", "the answer is not TLS; the port may be one for http"),
        ("HTTP_REQUEST", "the answer is not TLS; the port may be one for http"),
        ("HANDSHAKE_FAILURE", "no TLS version or cipher in common, or a client certificate is required"),
        ("PROTOCOL_VERSION", "no TLS version in common"),
        ("CERTIFICATE_REQUIRED", "a client certificate is required"),
        ("UNKNOWN_CA", "the other side does not trust our certificate"),
        ("BAD_CERTIFICATE", "the other side rejected our certificate"),
        ("UNRECOGNIZED_NAME", "the other side does not know this host name"),
        ("uncleanShutdown", "the connection broke off"),
        ("EOF during handshake", "the connection broke off during the handshake"),
    ]

    /// What is wrong, in words that an operator can act on.
    ///
    /// - Parameter description: What the library says, which is long and names files of its sources.
    /// - Returns: One line; `nil` when the description is not a TLS error.
    package static func reason(in description: String) -> String? {
        if let known = reasons.first(where: { description.contains($0.0) }) { return "TLS failed: \(known.1)" }
        let isTLS = ["handshakeFailed", "BoringSSL", "NIOSSL"].contains { description.contains($0) }
        return isTLS ? "TLS failed: the handshake was not completed" : nil
    }
}
