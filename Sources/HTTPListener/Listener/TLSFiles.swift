/// The PEM files of a listener that speaks TLS 1.2 and 1.3.
public struct TLSFiles: Sendable, Equatable {
    /// The path of the certificate, followed in the same file by its intermediates.
    public var certificate: String

    /// The path of the certificate's private key, not encrypted.
    public var privateKey: String

    /// The path of the authorities that vouch for clients.
    ///
    /// With it every client is asked for a certificate; one that shows none, or a bad one, is served all the same, and
    /// ``RequestHead/clientCertificate`` is `nil`.
    public var clientAuthorities: String?

    /// Creates the paths.
    public init(certificate: String, privateKey: String, clientAuthorities: String? = nil) {
        self.certificate = certificate
        self.privateKey = privateKey
        self.clientAuthorities = clientAuthorities
    }
}
