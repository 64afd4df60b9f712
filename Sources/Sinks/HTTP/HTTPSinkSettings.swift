import AsyncHTTPClient
public import BaseKit
import NIOCore
import RicevutaCore

/// How an HTTP sink goes about its work.
public struct HTTPSinkSettings: Sendable {
    /// The most that ``inlineLimit`` may be: a body is built in memory, once for each attempt under way.
    public static let maxInlineBytes = 8 << 20

    /// Where to post: `http` or `https`, without user information.
    public var url: String
    /// CloudEvents `source`: a URI reference.
    public var source: String
    /// Documents of up to so many bytes are sent inside the event; larger ones by link.
    ///
    /// 0 sends none inside: no document is empty.
    public var inlineLimit: Int
    /// The longest that one attempt may take, from looking the host up to the end of the answer.
    public var timeLimit: Duration
    /// The longest that connecting may take, TLS included.
    public var connectTimeLimit: Duration
    /// The addresses that may be connected to; a host whose addresses all lie outside is refused.
    ///
    /// Only loopback by default: what goes elsewhere is the operator's decision.
    public var allowedNetworks: [AddressRange]

    /// The most look-ups and readings of documents at the same time, those included that hang.
    public var concurrency: Int

    /// Creates settings.
    public init(
        url: String,
        source: String = "urn:ricevuta",
        inlineLimit: Int = 256 << 10,
        timeLimit: Duration = .seconds(30),
        connectTimeLimit: Duration = .seconds(5),
        allowedNetworks: [AddressRange] = loopback,
        concurrency: Int = 4
    ) {
        self.url = url
        self.source = source
        self.inlineLimit = inlineLimit
        self.timeLimit = timeLimit
        self.connectTimeLimit = connectTimeLimit
        self.allowedNetworks = allowedNetworks
        self.concurrency = concurrency
    }

    /// `127.0.0.0/8` and `::1`.
    public static let loopback = ["127.0.0.0/8", "::1/128"].compactMap { AddressRange($0) }

    /// One try to connect, no redirects, and no proxy that the environment might name.
    var clientConfiguration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout = HTTPClient.Configuration.Timeout(
            connect: TimeAmount(min(connectTimeLimit, timeLimit)),
            read: TimeAmount(timeLimit)
        )
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.idleTimeout = .seconds(30)
        // The dispatcher limits the attempts under way; none of them should wait here and run into its time limit.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
        configuration.httpVersion = .http1Only
        return configuration
    }
}
