/// Why an answer of the provider's API could not be read.
///
/// Never a value from it: orders hold personal data.
public enum OrderDecodingError: Error, Equatable, Sendable {
    /// What should be the order is no object.
    case notAnObject
    /// There is no usable id under `_id`, `id` or `id_richiesta`.
    case missingID
}

extension OrderDecodingError {
    /// A stable name for metrics and log search.
    public var code: String {
        switch self {
        case .notAnObject: "order_not_an_object"
        case .missingID: "order_missing_id"
        }
    }
}

extension OrderDecodingError: CustomStringConvertible {
    /// One sentence for logs.
    public var description: String {
        switch self {
        case .notAnObject: "the response is not an order: expected a JSON object"
        case .missingID: "the order has no valid ID in _id, id or id_richiesta"
        }
    }
}
