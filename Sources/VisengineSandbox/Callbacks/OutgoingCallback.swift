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
    ///   - claimedState: What it says of the order instead of the truth.
    init?(_ order: SandboxOrder, shape: CallbackShape, claimedState: String? = nil) {
        guard let registration = order.registration else { return nil }
        var json = order.json
        if let claimedState { json["stato_richiesta"] = .string(claimedState) }
        self.order = order.id
        state = json["stato_richiesta"]?.string ?? ""
        url = registration.url
        switch registration.method {
        case .json:
            contentType = "application/json"
            body = shape.value(json, field: registration.field).encoded()
        case .form:
            contentType = "application/x-www-form-urlencoded"
            let value = shape == .envelope ? shape.value(json, field: registration.field) : .object(json)
            body =
                FormText.escaped(Array(registration.field.utf8)) + Array("=".utf8)
                + FormText.escaped(FormText.escapingSlashes(value.encoded()))
        }
    }
}

/// How PHP writes what is put into forms.
enum FormText {
    private static let hex = Array("0123456789ABCDEF".utf8)

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
