/// From when to when a certificate holds.
public struct CertificateValidity: Sendable, Equatable {
    /// Unix seconds.
    public var from: Int64
    /// Unix seconds.
    public var until: Int64

    /// Creates a span.
    public init(from: Int64, until: Int64) {
        self.from = from
        self.until = until
    }
}
