/// The PEM files of a listener that speaks TLS 1.2 and 1.3.
public struct TLSFiles: Sendable, Equatable {
    /// The path of the certificate, followed in the same file by its intermediates.
    public var certificate: String

    /// The path of the certificate's private key, not encrypted.
    public var privateKey: String

    /// Creates a pair of paths.
    public init(certificate: String, privateKey: String) {
        self.certificate = certificate
        self.privateKey = privateKey
    }
}
