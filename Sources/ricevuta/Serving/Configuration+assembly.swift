import AsyncHTTPClient
import BaseKit
import HTTPListener
import Logging
import Pipeline
import RicevutaConfiguration
import RicevutaCore
import Visengine
import VisengineClient

// What the parts are told, out of what the operator wrote.

extension Configuration {
    /// Which sink wants what.
    var routing: DeliveryRouting {
        DeliveryRouting(sinks.map { DeliveryRouting.Route(sink: $0.name, filter: $0.filter) })
    }

    /// Limits and intervals of the flow; the time limits under which leases are held are derived from those of the
    /// work.
    var flowSettings: FlowSettings {
        let retry = RetryPolicy()
        let waiting = max(retry.maxDelay, retry.maxRetryAfter) + retry.maxDelay
        return FlowSettings(
            intake: IntakeLimits(maxBodyBytes: listener.maxBodyBytes, bodyBytesPerOrder: bodyBytesPerOrder),
            reconciliation: reconciliation,
            catchUpSpacing: provider.catchUpSpacing,
            promises: promises,
            delivery: delivery,
            callTimeLimit: (provider.timeLimit + waiting) * retry.maxAttempts,
            tokens: TokenLifetime(afterFinal: tokenLifetimeAfterFinal)
        )
    }
}

extension Configuration {
    /// Makes the registrations of orders.
    ///
    /// - Throws: ``CallbackRegistrar/Missing`` when nothing says how the provider reaches the listener.
    var callbackRegistrar: CallbackRegistrar {
        get throws(CallbackRegistrar.Missing) {
            try CallbackRegistrar(publicURL: listener.publicURL, keys: tokens)
        }
    }

    /// Sign and check links to documents.
    var documentLinks: DocumentLinks {
        DocumentLinks(
            key: admin.linkKey?.bytes ?? DocumentLinks.key(derivedFrom: provider.token.bytes),
            lifetime: admin.linkLifetime
        )
    }
}

extension Configuration.Provider {
    /// The provider's name in the ledger and in notifications; the one that there is.
    var id: ProviderID { .visengine }

    /// The time between two reads of many: they take half of the calls that the provider's rate allows.
    var catchUpSpacing: Duration { .seconds(2 / requestsPerSecond) }

    /// The client's configuration.
    var clientConfiguration: VisengineAPIConfiguration {
        var limits = CallTimeLimits()
        limits.connect = min(limits.connect, timeLimit)
        limits.reading = timeLimit
        limits.changing = max(limits.changing, timeLimit)
        limits.documentSilence = timeLimit
        return VisengineAPIConfiguration(
            baseURL: baseURL,
            dialect: .visengine(documentPath: documentPath),
            timeLimits: limits,
            rate: CallRate(perSecond: requestsPerSecond, burst: max(1, Int(requestsPerSecond * 2)))
        )
    }

    /// Lends a client with a connection pool of its own, which is closed when `body` has ended.
    func withClient<Result: Sendable>(
        _ body: (any Catalogue & OrderPlacer) async throws -> Result
    ) async throws -> Result {
        let http = HTTPClient(
            eventLoopGroup: HTTPClient.defaultEventLoopGroup,
            configuration: clientConfiguration.httpClientConfiguration
        )
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(client(http))) } catch { result = .failure(error) }
        try? await http.shutdown()  // Nothing is in flight any more.
        return try result.get()
    }

    /// A client on a connection pool of the caller's.
    func client(_ http: HTTPClient) -> VisengineAPI {
        VisengineAPI(clientConfiguration, http: http, token: { [token] in token.text })
    }
}

extension Configuration.Listener {
    /// Starts the listener for callbacks.
    ///
    /// - Parameters:
    ///   - handler: What answers.
    ///   - socket: One that listens already, instead of host and port.
    ///   - isProxy: Whether an address is a trusted proxy's.
    ///   - logger: Gets what the library says, and a warning when connections have to give way.
    /// - Returns: The listener.
    /// - Throws: ``ListenFailure``.
    func listen(
        _ handler: any RequestHandler,
        on socket: Int32?,
        isProxy: @escaping @Sendable ([UInt8]) -> Bool = { _ in false },
        logger: Logger
    ) throws(ListenFailure) -> HTTPServer {
        var limits = ListenerLimits()
        limits.maxBodyBytes = maxBodyBytes
        limits.maxHeaderBytes = maxHeaderBytes
        limits.maxConnections = maxConnections
        limits.maxConnectionsPerAddress = maxConnectionsPerAddress
        limits.idleTimeout = idleTimeout
        limits.headDeadline = headDeadline
        limits.requestDeadline = requestDeadline
        var settings = ListenerConfiguration(host: host, port: port, limits: limits)
        settings.tls = tls?.files
        settings.socket = socket
        settings.isProxy = isProxy
        settings.onConnectionLimit = {
            logger.warning(
                "Connection limit reached; closing idle connections",
                metadata: [
                    "open": "\($0.open)", "withoutHead": "\($0.withoutHead)",
                    "overConnectionLimit": "\($0.overConnectionLimit)",
                    "overAddressLimit": "\($0.overAddressLimit)",
                ]
            )
        }
        settings.onLibraryMessage = { logger.debug("libmicrohttpd message", metadata: ["message": "\($0)"]) }
        do throws(ListenerError) { return try HTTPServer(settings, handler: handler) } catch {
            throw ListenFailure(section: "listener", error: error)
        }
    }

    /// Where it listens.
    func url(port: UInt16) -> String { webAddress(scheme: tls == nil ? "http" : "https", host, port) }
}

extension Configuration.Listener.TLS {
    /// The files as the listener knows them.
    var files: TLSFiles {
        TLSFiles(certificate: certificate, privateKey: privateKey, clientAuthorities: clientAuthorities)
    }
}

extension Configuration.Admin {
    /// Starts the listener for operators.
    ///
    /// - Parameters:
    ///   - handler: What answers.
    ///   - socket: One that listens already, instead of host and port.
    /// - Returns: The listener.
    /// - Throws: ``ListenFailure``.
    func listen(_ handler: any RequestHandler, on socket: Int32?) throws(ListenFailure) -> HTTPServer {
        var limits = ListenerLimits()
        limits.maxBodyBytes = 0
        limits.maxConnections = 100
        var settings = ListenerConfiguration(host: host, port: port, limits: limits)
        settings.socket = socket
        do throws(ListenerError) { return try HTTPServer(settings, handler: handler) } catch {
            throw ListenFailure(section: "admin", error: error)
        }
    }

    /// Where it listens.
    func url(port: UInt16) -> String { webAddress(scheme: "http", host, port) }
}

/// The address of a listener as others on this machine reach it.
private func webAddress(scheme: String, _ host: String, _ port: UInt16) -> String {
    "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
}
