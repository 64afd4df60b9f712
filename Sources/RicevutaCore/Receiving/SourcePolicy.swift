public import BaseKit

/// Whom callbacks are taken from.
///
/// Reading the order back from the API is no part of it: that is always done.
public struct SourcePolicy: Sendable, Equatable {
    /// Whether a callback needs a good token.
    public var requiresToken: Bool
    /// Where else a token may stand.
    public var tokenPlaces: Set<TokenPlace>
    /// What has to be shown besides; `nil` for nothing.
    public var credentials: SourceCredentials?
    /// Which client certificates callbacks are taken with.
    public var certificates: ClientCertificates
    /// Networks that callbacks are taken from; empty means any.
    public var allowedNetworks: [AddressRange]
    /// Proxies that are believed when they say whom they speak for.
    public var trustedProxies: [AddressRange]
    /// Where they say it.
    public var proxyHeader: ProxyHeader

    /// Creates a policy.
    public init(
        requiresToken: Bool = true,
        tokenPlaces: Set<TokenPlace> = [],
        credentials: SourceCredentials? = nil,
        certificates: ClientCertificates = .any,
        allowedNetworks: [AddressRange] = [],
        trustedProxies: [AddressRange] = [],
        proxyHeader: ProxyHeader = .xForwardedFor
    ) {
        self.requiresToken = requiresToken
        self.tokenPlaces = tokenPlaces
        self.credentials = credentials
        self.certificates = certificates
        self.allowedNetworks = allowedNetworks
        self.trustedProxies = trustedProxies
        self.proxyHeader = proxyHeader
    }

    /// The token of a request whose path has none, unchecked.
    ///
    /// - Parameters:
    ///   - query: What follows the target's `?`.
    ///   - authorization: The values of `Authorization`.
    /// - Returns: `nil` where none may stand or none stands; a text that is no token when there is more than one.
    public func token(query: String?, authorization: [String]) -> String? {
        var found: [String] = []
        if tokenPlaces.contains(.query), let query {
            for pair in query.split(separator: "&") where pair == "token" || pair.hasPrefix("token=") {
                found.append(String(pair.dropFirst("token=".count)))
            }
        }
        if tokenPlaces.contains(.header) {
            for value in authorization {
                if let shown = SourceCredentials.credentials(.bearer, in: value) {
                    found.append(String(Substring(shown)))
                }
            }
        }
        return found.count > 1 ? "" : found.first
    }

    /// Where a request comes from.
    public struct Origin: Sendable, Equatable {
        /// 4 or 16 bytes.
        public var address: [UInt8]
        /// Whether it is a trusted proxy's own address, since nothing readable is known of whom it speaks for.
        public var isProxy = false
        /// Whether that proxy did say something, which cannot be read.
        public var isUnreadable = false
    }

    /// Finds where a request comes from: the rightmost hop that is no trusted proxy.
    ///
    /// - Parameters:
    ///   - peer: The connection's peer, 4 or 16 bytes.
    ///   - forwarded: The values of ``proxyHeader``, in order; each may hold several hops.
    /// - Returns: The hop; the last proxy itself when it says nothing readable, so that nobody can hide behind a broken
    ///   header.
    public func origin(peer: [UInt8], forwarded: [String]) -> Origin {
        guard !trustedProxies.isEmpty else { return Origin(address: peer) }
        var origin = Origin(address: peer)
        var hops = proxyHeader.hops(forwarded)
        while trusts(origin.address) {
            guard let hop = hops.popLast() else {
                origin.isProxy = true
                break
            }
            guard let address = hop else {
                origin.isProxy = true
                origin.isUnreadable = true
                break
            }
            origin.address = address
        }
        return origin
    }

    /// Whether an address is a trusted proxy's.
    public func trusts(_ address: [UInt8]) -> Bool { trustedProxies.contains { $0.contains(address) } }

    /// Whether callbacks are taken from an address.
    public func allows(_ address: [UInt8]) -> Bool {
        allowedNetworks.isEmpty || allowedNetworks.contains { $0.contains(address) }
    }
}
