import BaseKit
import Visengine

/// How a callback's JSON is wrapped: which one the provider uses differs between its services, so all can be played.
public enum CallbackShape: String, Sendable, CaseIterable {
    /// `{"data": ORDER}`.
    case wrapped
    /// `ORDER`.
    case bare
    /// `{"data": ORDER, "success": true, "message": "", "error": null}`.
    case envelope
    /// `{FIELD: ORDER}` under the order's own field name.
    case field
    /// `{"data": "ORDER as JSON in text"}`.
    case text
    /// `{"data": ORDER, "custom": DATA}`, the caller's own data beside the order; forms have two fields.
    case custom

    func value(_ order: JSONObject, field: String) -> JSONValue {
        let custom = order["callback_data"]?["data"] ?? [:]
        let order = JSONValue.object(order)
        return switch self {
        case .wrapped: ["data": order]
        case .bare: order
        case .envelope: Envelope(data: order, isSuccess: true).json
        case .field: .object([field: order])
        case .text: ["data": .string(String(decoding: order.encoded(), as: UTF8.self))]
        case .custom: ["data": order, "custom": custom]
        }
    }
}
