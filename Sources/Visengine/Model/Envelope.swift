public import BaseKit

/// What every answer of the provider's API is wrapped in: `{"data": …, "success": …, "message": "", "error": null}`
/// (doc).
public struct Envelope: Sendable, Equatable {
    /// `data`; `nil` when absent or `null`.
    public var data: JSONValue?
    /// `success`; when it is absent, whether there is data and no error.
    public var isSuccess: Bool
    /// `message`, for people; empty when there is none.
    ///
    /// May hold ids and amounts, and as JSON in text anything (seen).
    public var message: String
    /// `error`: the provider's number for what went wrong.
    public var error: ProviderErrorCode?

    /// Creates an envelope.
    public init(data: JSONValue? = nil, isSuccess: Bool, message: String = "", error: ProviderErrorCode? = nil) {
        self.data = data
        self.isSuccess = isSuccess
        self.message = message
        self.error = error
    }

    /// Reads an answer's body; `nil` when it is no object with any of the envelope's members.
    public init?(json: JSONValue) {
        guard let object = json.object,
            object["data"] != nil || object["success"] != nil || object["error"] != nil
        else { return nil }
        data = object.first(of: ["data"])
        error = object["error"]?.int64.flatMap { Int(exactly: $0) }.map(ProviderErrorCode.init(rawValue:))
        isSuccess = object["success"]?.bool ?? (data != nil && error == nil)
        message =
            switch object["message"] {
            case nil, .null: ""
            case .string(let text): text
            // Some errors carry an object where the text should be (seen).
            case let other?: String(decoding: other.encoded(), as: UTF8.self)
            }
    }

    /// The envelope as the provider writes it.
    public var json: JSONValue {
        [
            "data": data ?? nil, "success": .bool(isSuccess), "message": .string(message),
            "error": error.map { JSONValue($0.rawValue) } ?? nil,
        ]
    }
}
