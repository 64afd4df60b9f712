public import BaseKit

/// The body of `POST /richiesta` (doc): what is ordered, with which inputs, and where the callback goes.
public struct OrderPlacement: Sendable, Equatable {
    /// `hash_visura`.
    public var item: ItemHash
    /// `json_visura`: the inputs by their fields' keys, `$0`, `$1`, …; files as ``FileInput/wireText``.
    public var values: [String: String]
    /// `opzioni`: the names of the options chosen, `opzione_0`.
    public var options: [String]
    /// `callback_data`.
    ///
    /// It can be set here only: changing an order does not take it (doc by omission).
    public var callback: CallbackRegistration?
    /// `email_target`: where the provider is to send the document as well.
    public var email: String?
    /// `state`: final (1), or a draft that can be changed (0).
    public var isFinal: Bool
    /// `test`: validate and price it, and order nothing.
    public var isTest: Bool

    /// Creates a placement, final and in earnest by default.
    public init(
        item: ItemHash,
        values: [String: String],
        options: [String] = [],
        callback: CallbackRegistration? = nil,
        email: String? = nil,
        isFinal: Bool = true,
        isTest: Bool = false
    ) {
        self.item = item
        self.values = values
        self.options = options
        self.callback = callback
        self.email = email
        self.isFinal = isFinal
        self.isTest = isTest
    }

    /// The body on the wire; what is not set is left out, except `state`, which is always said.
    public var json: JSONValue {
        var body: JSONObject = ["hash_visura": .string(item.rawValue), "json_visura": .object(Self.inputs(values))]
        if !options.isEmpty {
            body["opzioni"] = .object(JSONObject(options.map { JSONObject.Member($0, true) }))
        }
        body["callback_data"] = callback?.json
        body["email_target"] = email.map { .string($0) }
        body["state"] = isFinal ? 1 : 0
        if isTest { body["test"] = true }
        return .object(body)
    }

    /// By number, so that the same values always give the same text.
    private static func inputs(_ values: [String: String]) -> JSONObject {
        let sorted = values.sorted { left, right in
            let numbers = (Self.number(left.key), Self.number(right.key))
            return numbers.0 == numbers.1 ? left.key < right.key : numbers.0 < numbers.1
        }
        return JSONObject(sorted.map { JSONObject.Member($0.key, .string($0.value)) })
    }

    private static func number(_ key: String) -> Int { Int(key.drop { $0 == "$" || $0.isLetter }) ?? .max }
}
