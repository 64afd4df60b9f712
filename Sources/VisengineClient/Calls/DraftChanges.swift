public import BaseKit

/// What is to change in a draft, `PUT /richiesta/{_id}` (doc); what is absent stays as it is.
public struct DraftChanges: Sendable, Equatable {
    /// All inputs anew, `json_visura`; those not named are emptied.
    public var values: [String: String]?
    /// Single inputs by their fields' keys, sent as `json_visura.$3`.
    public var fields: [String: String]
    /// `email_target`.
    public var email: String?
    /// `state` 1: make it final, which validates and charges it.
    public var makesFinal: Bool

    /// Creates changes.
    public init(
        values: [String: String]? = nil,
        fields: [String: String] = [:],
        email: String? = nil,
        makesFinal: Bool = false
    ) {
        self.values = values
        self.fields = fields
        self.email = email
        self.makesFinal = makesFinal
    }

    /// The body on the wire.
    public var json: JSONValue {
        var body = JSONObject()
        if let values { body["json_visura"] = .object(JSONObject(inputs: values)) }
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) { body["json_visura." + key] = .string(value) }
        body["email_target"] = email.map { .string($0) }
        if makesFinal { body["state"] = 1 }
        return .object(body)
    }
}

extension JSONObject {
    /// Inputs by their fields' keys, in the keys' order.
    init(inputs: [String: String]) {
        self.init(inputs.sorted { $0.key < $1.key }.map { Member($0.key, .string($0.value)) })
    }
}
