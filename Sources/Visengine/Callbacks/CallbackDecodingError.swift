public import BaseKit

/// Why a callback's body could not be read.
///
/// Never a part of the body: it may hold personal data.
public enum CallbackDecodingError: Error, Equatable, Sendable {
    /// There is no body, or only white space.
    case empty
    /// The body starts like JSON and is none, nor is it a form.
    case malformedJSON(JSONParsingError)
    /// The body is no form, or one with too many or too deeply nested fields.
    case malformedForm(FormDecodingError)
    /// The body says that it is multipart, and has no parts, or too many.
    case malformedMultipart(FormDecodingError)
    /// The body can be read, but holds no order: no id, no state, and nothing of ours.
    case noOrder
}

extension CallbackDecodingError {
    /// A stable name for metrics and log search.
    public var code: String {
        switch self {
        case .empty: "callback_empty"
        case .malformedJSON: "callback_malformed_json"
        case .malformedForm: "callback_malformed_form"
        case .malformedMultipart: "callback_malformed_multipart"
        case .noOrder: "callback_no_order"
        }
    }
}

extension CallbackDecodingError: CustomStringConvertible {
    /// One sentence for logs.
    public var description: String {
        switch self {
        case .empty: "the callback has no body"
        case .malformedJSON(let error): "the callback's body is \(error)"
        case .malformedForm(let error): "the callback's body is not a form: \(error)"
        case .malformedMultipart(let error): "the callback's body is not multipart: \(error)"
        case .noOrder: "the callback's body identifies no order: no ID, no state and no callback token"
        }
    }
}

/// Why bytes are not `application/x-www-form-urlencoded` within limits.
public enum FormDecodingError: Error, Equatable, Sendable {
    /// There is no `name=value` in it.
    case noFields
    /// More fields than allowed.
    case tooManyFields(limit: Int)
    /// A name with more brackets than allowed.
    case tooDeep(limit: Int)
}

extension FormDecodingError: CustomStringConvertible {
    /// A few words for logs.
    public var description: String {
        switch self {
        case .noFields: "it has no fields"
        case .tooManyFields(let limit): "it has more than \(limit) fields"
        case .tooDeep(let limit): "a field's name has more than \(limit) levels"
        }
    }
}
