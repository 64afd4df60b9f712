/// Whom callbacks are taken from.
///
/// Reading the order back from the API is no part of it: that is always done.
public struct SourcePolicy: Sendable, Equatable {
    /// Whether a callback needs a good token.
    public var requiresToken: Bool
    /// Which client certificates callbacks are taken with.
    public var certificates: ClientCertificates
    /// Networks that callbacks are taken from; empty means any.
    public var allowedNetworks: [AddressRange]
    /// Proxies whose `X-Forwarded-For` is believed.
    public var trustedProxies: [AddressRange]

    /// Creates a policy.
    public init(
        requiresToken: Bool = true,
        certificates: ClientCertificates = .any,
        allowedNetworks: [AddressRange] = [],
        trustedProxies: [AddressRange] = []
    ) {
        self.requiresToken = requiresToken
        self.certificates = certificates
        self.allowedNetworks = allowedNetworks
        self.trustedProxies = trustedProxies
    }

    /// The address that a request comes from: the rightmost hop that is no trusted proxy.
    ///
    /// - Parameters:
    ///   - peer: The connection's peer, 4 or 16 bytes.
    ///   - forwardedFor: The values of `X-Forwarded-For`, in order; each may hold several addresses.
    /// - Returns: The address's bytes; the last proxy's own when it says nothing readable, so that nobody can hide
    ///   behind a broken header.
    public func origin(peer: [UInt8], forwardedFor: [String]) -> [UInt8] {
        guard !trustedProxies.isEmpty else { return peer }
        var origin = peer
        var hops = forwardedFor.flatMap { $0.split(separator: ",") }
            .map { String($0.filter { $0 != " " && $0 != "\t" }) }
        while trustedProxies.contains(where: { $0.contains(origin) }), let hop = hops.popLast() {
            guard let bytes = AddressRange.bytes(of: hop) else { break }
            origin = bytes
        }
        return origin
    }

    /// Whether callbacks are taken from an address.
    public func allows(_ address: [UInt8]) -> Bool {
        allowedNetworks.isEmpty || allowedNetworks.contains { $0.contains(address) }
    }
}
