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
    /// Proxies whose `X-Forwarded-For` is believed.
    public var trustedProxies: [AddressRange]

    /// Creates a policy.
    public init(
        requiresToken: Bool = true,
        tokenPlaces: Set<TokenPlace> = [],
        credentials: SourceCredentials? = nil,
        certificates: ClientCertificates = .any,
        allowedNetworks: [AddressRange] = [],
        trustedProxies: [AddressRange] = []
    ) {
        self.requiresToken = requiresToken
        self.tokenPlaces = tokenPlaces
        self.credentials = credentials
        self.certificates = certificates
        self.allowedNetworks = allowedNetworks
        self.trustedProxies = trustedProxies
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
                if let shown = SourceCredentials.shown(.bearer, in: value) { found.append(String(Substring(shown))) }
            }
        }
        return found.count > 1 ? "" : found.first
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
