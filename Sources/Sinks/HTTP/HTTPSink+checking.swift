import AsyncHTTPClient
import NIOHTTP1
public import RicevutaCore

extension HTTPSink {
    /// Does nothing: connections are opened when something is delivered.
    ///
    /// - Returns: Nothing.
    public func prepare() async throws(SinkFailure) -> [String] { [] }

    /// Looks the host up and sends the endpoint a `HEAD` request for the URL: any answer says that it is there, and
    /// that its certificate is good.
    ///
    /// - Returns: Nothing.
    /// - Throws: ``SinkFailure``.
    public func check() async throws(SinkFailure) -> [String] {
        let deadline = ContinuousClock.now + limits.timeLimit
        let allowed: [String]
        switch await allowedAddresses() {
        case .success(let found): allowed = found
        case .failure(let refusal): throw refusal.failure
        }
        var request = HTTPClientRequest(url: url)
        request.method = .HEAD
        request.headers = ["user-agent": "ricevuta"]
        switch await attempt(request, at: allowed, deadline: deadline) {
        case .answered: return []
        case .notConnected(let reason), .failed(let reason): throw .unreachable(reason: "\(host): \(reason)")
        }
    }
}
