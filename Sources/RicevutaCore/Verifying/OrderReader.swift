public import Visengine

/// The port to the provider's API, as far as verification needs it.
public protocol OrderReader: Sendable {
    /// Reads one order back (`GET /richiesta/{_id}`).
    func order(_ id: OrderID) async throws(ProviderFailure) -> Order

    /// Lists the account's orders, newest first where the provider says so (`GET /richiesta`; 404/203 is an empty
    /// list).
    func orders() async throws(ProviderFailure) -> [Order]
}

/// Why the provider did not answer as hoped, reduced to what the caller does next.
public enum ProviderFailure: Error, Equatable, Sendable {
    /// The provider knows no such order or document.
    case notFound(reason: String)
    /// The document is not there yet (422/247): a later attempt, not a failure.
    case notYetAvailable(retryAfter: Duration?)
    /// The token is wrong or lacks a right: an operator must act; trying again soon is pointless.
    case unauthorized(reason: String)
    /// May pass: network, 5xx, 429, an open circuit, an answer that cannot be read.
    case transient(reason: String, retryAfter: Duration?)
    /// The provider refuses for good; the reason is shown to an operator.
    case permanent(reason: String)
}

extension ProviderFailure: CustomStringConvertible {
    /// One line for logs and operators, free of secrets and personal data.
    public var description: String {
        switch self {
        case .notFound(let reason): "not found: \(reason)"
        case .notYetAvailable: "not yet available"
        case .unauthorized(let reason): "not authorized: \(reason); check the API token"
        case .transient(let reason, _): reason
        case .permanent(let reason): reason
        }
    }
}
