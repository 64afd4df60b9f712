import AsyncHTTPClient
import BaseKit
import NIOCore
import NIOPosix

/// Tells failures before anything was sent from those after.
enum ConnectionFailure {
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
        case ChannelError.connectTimeout: .notConnected("connect timed out")
        case let error as NIOConnectionError: .notConnected(reason(of: error))
        case let error as IOError:
            ConnectFailure.reason(errno: error.errnoCode).map { .notConnected($0) } ?? .network("connection reset")
        case is CancellationError: .cancelled
        default: handshakeFailure(String(describing: error)) ?? .network("the connection failed")
        }
    }

    /// What a failed TLS handshake means, by the words of the TLS library: its errors are of no type that could be
    /// asked, and their texts have paths of its sources.
    static func handshakeFailure(_ text: String) -> VisengineError.Cause? {
        guard text.contains("handshakeFailed") else { return nil }
        let reason =
            if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
                "that port does not speak TLS; provider.baseURL may have to begin with http://"
            } else if text.contains("CERTIFICATE_VERIFY_FAILED") {
                "the TLS certificate is not trusted"
            } else {
                "TLS handshake failed"
            }
        return .notConnected(reason)
    }

    private static func reason(of error: NIOConnectionError) -> String {
        if error.dnsAError != nil || error.dnsAAAAError != nil { return "host name not found" }
        let errnos = error.connectionErrors.compactMap { ($0.error as? IOError)?.errnoCode }
        return errnos.lazy.compactMap { ConnectFailure.reason(errno: $0) }.first ?? "host not responding"
    }

    private static func cause(of error: HTTPClientError) -> VisengineError.Cause {
        switch error {
        case .connectTimeout, .getConnectionFromPoolTimeout: .notConnected("connect timed out")
        case .tlsHandshakeTimeout: .notConnected("TLS handshake timed out")
        case .deadlineExceeded, .readTimeout, .writeTimeout: .network("timed out")
        case .remoteConnectionClosed: .network("the provider closed the connection")
        case .invalidURL, .emptyHost, .emptyScheme: .badAddress
        case .cancelled: .cancelled
        default: .network("the connection failed: \(error.shortDescription)")
        }
    }
}
