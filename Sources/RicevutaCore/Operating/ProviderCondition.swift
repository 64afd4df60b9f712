public import BaseKit

/// A kind of call to a provider that the program goes on with by itself.
public enum ProviderOperation: String, Sendable, CaseIterable, Codable {
    /// Reading an order back.
    case order
    /// Listing the account's orders, to find one by its token.
    case orders
    /// Fetching a document.
    case document

    /// What is being done, as in "reading orders fails".
    public var activity: String {
        switch self {
        case .order: "reading orders"
        case .orders: "listing orders"
        case .document: "fetching documents"
        }
    }
}

/// That one kind of call to a provider fails, and since when.
public struct ProviderCondition: Sendable, Equatable {
    /// The provider.
    public var provider: ProviderID
    /// Which calls.
    public var operation: ProviderOperation
    /// Whether the provider rejects the API token; otherwise it cannot be reached, or answers with failures.
    public var isUnauthorized: Bool
    /// When the first of the failures came.
    public var since: Timestamp
    /// How many there were in a row.
    public var failures: Int
    /// Why the last one failed, without secrets or personal data.
    public var reason: String

    /// Creates a condition.
    public init(
        provider: ProviderID,
        operation: ProviderOperation,
        isUnauthorized: Bool,
        since: Timestamp,
        failures: Int,
        reason: String
    ) {
        self.provider = provider
        self.operation = operation
        self.isUnauthorized = isUnauthorized
        self.since = since
        self.failures = failures
        self.reason = reason
    }
}
