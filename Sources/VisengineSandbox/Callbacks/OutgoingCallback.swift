import BaseKit
import Visengine

/// One callback, ready to be sent.
struct OutgoingCallback: Sendable {
    var order: OrderID
    /// `stato_richiesta` in it.
    var state: String
    var url: String
    var contentType: String
    var body: [UInt8]

    /// Writes a callback; `nil` when the order asked for none.
    ///
    /// - Parameters:
    ///   - order: The order as it stands.
    ///   - shape: Of JSON callbacks; a form's field holds the bare order, or the envelope when that is the shape.
    ///   - quirks: What is written in another way than documented.
    ///   - claimedState: What it says of the order instead of the truth.
    init?(
        _ order: SandboxOrder,
        shape: CallbackShape,
        quirks: Set<SandboxQuirk> = [],
        claimedState: String? = nil
    ) {
        guard let registration = order.registration else { return nil }
        var json = order.json
        if let claimedState { json["stato_richiesta"] = .string(claimedState) }
        self.order = order.id
        state = json["stato_richiesta"]?.string ?? ""
        url = registration.url
        json = Self.written(json, quirks)
        switch registration.method {
        case .json:
            let bytes = shape.value(json, field: registration.field).encoded()
            contentType = quirks.contains(.wrongContentType) ? Self.form : Self.json
            body = quirks.contains(.escapedSlashes) ? FormText.escapingSlashes(bytes) : bytes
        case .form:
            let value = shape == .envelope ? shape.value(json, field: registration.field) : .object(json)
            var fields = [(name: registration.field, value: FormText.escapingSlashes(value.encoded()))]
            if shape == .custom {
                let custom = json["callback_data"]?["data"] ?? [:]
                fields.append((name: "custom", value: FormText.escapingSlashes(custom.encoded())))
            }
            if quirks.contains(.multipart) {
                let boundary = "------------------------" + order.id.rawValue.suffix(16)
                contentType = "multipart/form-data; boundary=" + boundary
                body = FormText.multipart(fields, boundary: boundary)
            } else {
                contentType = Self.form
                body = FormText.encoded(fields)
            }
            if quirks.contains(.wrongContentType) { contentType = Self.json }
        }
    }

    private static let json = "application/json"
    private static let form = "application/x-www-form-urlencoded"

    private static func written(_ order: JSONObject, _ quirks: Set<SandboxQuirk>) -> JSONObject {
        var order = order
        if quirks.contains(.plainID) {
            order = JSONObject(order.members.map { .init($0.key == "_id" ? "id" : $0.key, $0.value) })
        }
        if quirks.contains(.numericCode), var outcome = order["esito"]?.object {
            outcome["codice"] = outcome["codice"]?.int64.map { JSONValue($0) }
            order["esito"] = .object(outcome)
        }
        return quirks.contains(.emptyObjectAsList) ? JSONObject(order.members.map(Self.listed)) : order
    }

    private static func listed(_ member: JSONObject.Member) -> JSONObject.Member {
        guard let object = member.value.object else { return member }
        return .init(member.key, object.members.isEmpty ? [] : .object(JSONObject(object.members.map(listed))))
    }
}

/// How PHP writes what is put into forms.
enum FormText {
    private static let hex = Array("0123456789ABCDEF".utf8)

    /// `application/x-www-form-urlencoded`.
    static func encoded(_ fields: [(name: String, value: [UInt8])]) -> [UInt8] {
        let pairs = fields.map { escaped(Array($0.name.utf8)) + Array("=".utf8) + escaped($0.value) }
        return Array(pairs.joined(separator: "&".utf8))
    }

    /// `multipart/form-data`, a part for each field, as PHP's curl writes it.
    static func multipart(_ fields: [(name: String, value: [UInt8])], boundary: String) -> [UInt8] {
        var body: [UInt8] = []
        for field in fields {
            let name = field.name.replacing("\"", with: "%22")
            body += Array("--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n".utf8)
            body += field.value + Array("\r\n".utf8)
        }
        return body + Array("--\(boundary)--\r\n".utf8)
    }

    /// Percent encoding with `+` for spaces, as PHP's `urlencode`.
    static func escaped(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                text.append(byte)
            case UInt8(ascii: " "): text.append(UInt8(ascii: "+"))
            default: text += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return text
    }

    /// `/` as `\/`, as PHP's `json_encode` has it; JSON has slashes in strings only.
    static func escapingSlashes(_ json: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(json.count + 16)
        for byte in json {
            if byte == UInt8(ascii: "/") { text.append(UInt8(ascii: "\\")) }
            text.append(byte)
        }
        return text
    }
}
