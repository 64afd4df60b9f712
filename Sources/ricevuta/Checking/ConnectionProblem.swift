import AsyncHTTPClient
import BaseKit
import NIOCore
import NIOHTTP1
import NIOPosix

/// Why an address gave no answer, in a few words without the libraries' own.
struct ConnectionProblem: Error {
    var reason: String

    /// The status of the answer to `GET` at an address, whose body is not read.
    static func status(
        of url: String,
        _ http: HTTPClient,
        within limit: Duration
    ) async -> Result<Int, ConnectionProblem> {
        var request = HTTPClientRequest(url: url)
        request.headers = ["user-agent": "ricevuta"]
        do {
            let response = try await http.execute(request, deadline: .now() + TimeAmount(limit))
            return .success(Int(response.status.code))
        } catch {
            return .failure(ConnectionProblem(error))
        }
    }

    private init(_ error: any Error) {
        reason =
            switch error {
            case let error as HTTPClientError:
                [.connectTimeout, .deadlineExceeded].contains(error) ? "timed out" : error.shortDescription
            case ChannelError.connectTimeout: "timed out"
            case let error as NIOConnectionError:
                error.connectionErrors.lazy.compactMap { ($0.error as? IOError)?.errnoCode }
                    .compactMap { ConnectFailure.reason(errno: $0) }.first ?? "no connection"
            case let error as IOError: ConnectFailure.reason(errno: error.errnoCode) ?? "the connection broke"
            default: "no connection, or no TLS"
            }
    }
}

extension ConnectionProblem {
    /// The status of the answer to `GET` at an address, and its text: that of a problem document is its `detail`.
    static func text(
        of url: String,
        _ http: HTTPClient,
        within limit: Duration
    ) async -> Result<(status: Int, text: String), ConnectionProblem> {
        var request = HTTPClientRequest(url: url)
        request.headers = ["user-agent": "ricevuta"]
        do {
            let response = try await http.execute(request, deadline: .now() + TimeAmount(limit))
            let body = Array(buffer: try await response.body.collect(upTo: 64 << 10))
            let detail = try? JSONValue(parsing: body)["detail"]?.string  // Plain text is as good.
            return .success((Int(response.status.code), detail ?? String(decoding: body, as: UTF8.self)))
        } catch {
            return .failure(ConnectionProblem(error))
        }
    }
}
