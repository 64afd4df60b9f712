import AsyncHTTPClient
import HTTPListener
import NIOCore
import NIOHTTP1

/// Hands requests on to another endpoint, as they came.
struct EventForwarding: Sendable {
    let url: String
    let http: HTTPClient

    /// Headers that belong to the connection, not to the message.
    private static let ownHeaders: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "expect", "keep-alive", "te", "upgrade",
    ]
    private static let timeLimit = TimeAmount.seconds(30)

    /// Posts a request on.
    ///
    /// - Returns: The status that the endpoint answered; 502 when it cannot be reached.
    func forward(_ request: Request) async -> Int {
        var outgoing = HTTPClientRequest(url: url)
        outgoing.method = .POST
        for (name, value) in request.head.headers where !Self.ownHeaders.contains(name.lowercased()) {
            outgoing.headers.add(name: name, value: value)
        }
        outgoing.body = .bytes(request.body)
        do {
            let response = try await http.execute(outgoing, timeout: Self.timeLimit)
            for try await _ in response.body {}
            return Int(response.status.code)
        } catch {
            Terminal.note("cannot forward to \(url): \((error as? HTTPClientError)?.shortDescription ?? "\(error)")")
            return 502
        }
    }
}
