import AsyncHTTPClient
import Glibc
import NIOCore
import NIOPosix

/// Tells failures before anything was sent from those after.
enum ConnectionFailure {
    /// What can only happen before a connection is there.
    private static let connecting: [Int32: String] = [
        ECONNREFUSED: "connection refused", EHOSTUNREACH: "no route to the host",
        ENETUNREACH: "no route to the network", EADDRNOTAVAIL: "the address cannot be reached from here",
        EAFNOSUPPORT: "no such network here",
    ]

    static func classify(_ error: any Error, of request: ProviderRequest) -> VisengineError {
        let cause = cause(of: error)
        let isSent: Bool
        switch cause {
        case .notConnected, .badAddress: isSent = false
        default: isSent = true
        }
        return VisengineError(request.call, cause, mayHaveSucceeded: isSent && !request.isRepeatable)
    }

    private static func cause(of error: any Error) -> VisengineError.Cause {
        switch error {
        case let error as HTTPClientError: cause(of: error)
        case ChannelError.connectTimeout: .notConnected("no answer in time")
        case let error as NIOConnectionError: .notConnected(reason(of: error))
        case let error as IOError:
            connecting[error.errnoCode].map { .notConnected($0) } ?? .network("the connection broke")
        case is CancellationError: .cancelled
        default: .network("the connection failed")
        }
    }

    private static func reason(of error: NIOConnectionError) -> String {
        if error.dnsAError != nil || error.dnsAAAAError != nil { return "the host's name is not found" }
        let errnos = error.connectionErrors.compactMap { ($0.error as? IOError)?.errnoCode }
        return errnos.lazy.compactMap { connecting[$0] }.first ?? "the host does not answer"
    }

    private static func cause(of error: HTTPClientError) -> VisengineError.Cause {
        switch error {
        case .connectTimeout, .getConnectionFromPoolTimeout: .notConnected("no answer in time")
        case .tlsHandshakeTimeout: .notConnected("the TLS handshake took too long")
        case .deadlineExceeded, .readTimeout, .writeTimeout: .network("no answer in time")
        case .remoteConnectionClosed: .network("the provider closed the connection")
        case .invalidURL, .emptyHost, .emptyScheme: .badAddress
        case .cancelled: .cancelled
        default: .network("the connection failed: \(error.shortDescription)")
        }
    }
}
