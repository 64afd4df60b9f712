import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Posts callbacks as the provider does: once, with 30 seconds to answer.
struct CallbackPoster: Sendable {
    /// How many are under way at once.
    static let maxInFlight = 64

    let http: HTTPClient
    let timeLimit: Duration

    static var clientConfiguration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = maxInFlight
        configuration.httpVersion = .http1Only
        return configuration
    }

    func post(_ callback: OutgoingCallback) async -> CallbackRecord {
        var request = HTTPClientRequest(url: callback.url)
        request.method = .POST
        request.headers = ["content-type": callback.contentType, "user-agent": "visengine-sandbox"]
        request.body = .bytes(callback.body)
        do {
            let response = try await http.execute(request, deadline: .now() + TimeAmount(timeLimit))
            // Read, so that the connection can be used again; what it says does not matter.
            _ = try? await response.body.collect(upTo: 64 << 10)
            return CallbackRecord(state: callback.state, status: Int(response.status.code))
        } catch let error as HTTPClientError {
            return CallbackRecord(state: callback.state, status: nil, error: error.shortDescription)
        } catch {
            return CallbackRecord(state: callback.state, status: nil, error: "\(error)")
        }
    }
}
