public import BaseKit

/// `callback_data` of an order: where and how the provider is to call back (doc).
///
/// The method is always sent: the platform's default differs between services and has changed (seen).
public struct CallbackRegistration: Sendable, Equatable {
    /// How the callback's body is written.
    public enum Method: String, Sendable, CaseIterable {
        /// JSON as it is.
        case json = "JSON"
        /// A form with the JSON in one field.
        case form = "POST"
    }

    /// Where to.
    public var url: String
    /// How.
    public var method: Method
    /// The form's field; `data` is the platform's default.
    public var field: String
    /// What comes back with the callback, kept under 512 bytes as the sister services demand.
    public var data: JSONObject

    /// Creates a registration.
    public init(url: String, method: Method = .json, field: String = "data", data: JSONObject = JSONObject()) {
        self.url = url
        self.method = method
        self.field = field
        self.data = data
    }

    /// Creates a registration whose data is a token of this program's.
    public init(url: String, method: Method = .json, field: String = "data", token: String) {
        self.init(url: url, method: method, field: field, data: [CallbackEcho.tokenKey: .string(token)])
    }

    /// Reads a registration; `nil` for `false`, and for anything else without a URL.
    public init?(json: JSONValue) {
        guard let object = json.object, let url = object["url"]?.string, !url.isEmpty else { return nil }
        self.init(
            url: url,
            // The documented default of Visengine.
            method: object["method"]?.string.flatMap { Method(rawValue: $0.uppercased()) } ?? .form,
            field: object["field"]?.string ?? "data",
            data: object["data"]?.object ?? JSONObject()
        )
    }

    /// The registration on the wire.
    public var json: JSONValue {
        [
            "url": .string(url), "method": .string(method.rawValue), "field": .string(field), "data": .object(data),
        ]
    }
}
