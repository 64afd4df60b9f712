import BaseKit
import Visengine

/// One way in which a callback may be written.
struct CallbackShape: Sendable {
    var name: String
    var contentType: String?
    var body: [UInt8]

    init(_ name: String, _ contentType: String?, _ text: String) {
        self.name = name
        self.contentType = contentType
        body = Array(text.utf8)
    }
}

extension CallbackShape {
    static let token = "v1.k1.AAAAAAAAAAAAAAAAAAAAAA.b25lLXRva2VuLW9mLTQzLWNoYXJhY3RlcnMtYWxsLXRvbGQ"
    static let json = "application/json"
    static let form = "application/x-www-form-urlencoded"

    /// What every shape of ``same`` says.
    static let claim = CallbackClaim(
        orderID: OrderID(rawValue: "70a1b2c3d4e5f60718293a4b"),
        state: .available,
        lastUpdate: Timestamp(seconds: 1_750_000_007),
        lastSearchState: "Ricerca evasa",
        echo: .token(token)
    )

    /// The order alone, with slashes escaped as PHP does.
    static let order = """
        {"_id":"70a1b2c3d4e5f60718293a4b","state":1,"hash_visura":"0a1b2c3d4e5f60718293a4b5c6d7e8f9",\
        "nome":"Servizio di prova","callback":"_rib_xx_Prova","stato_richiesta":"Dati disponibili","esito":\
        {"codice":"0","info":"OK"},"timestamp_last_update":1750000007,"callback_data":{"url":\
        "https:\\/\\/hooks.example.test\\/v\\/1","method":"JSON","field":"data","data":{"ricevuta":"\(token)"}},\
        "ricerche":[{"id_ricerca":"70a1b2c3d4e5f60718293a4b_0","stato_ricerca":"Ricerca evasa",\
        "json_ricerca":"{\\"$0\\":\\"X\\"}"}]}
        """

    /// The same without `callback_data`, for shapes that echo our data elsewhere.
    static let orderWithoutData = """
        {"_id":"70a1b2c3d4e5f60718293a4b","state":"1","stato_richiesta":"DATI DISPONBILI","callback_data":false,\
        "timestamp_last_update":"1750000007","esito":null,"opzioni":[],\
        "ricerche":[{"id_ricerca":"70a1b2c3d4e5f60718293a4b_0","stato_ricerca":"Ricerca evasa"}]}
        """

    static let ours = #"{"ricevuta":"\#(token)"}"#

    static func quoted(_ text: String) -> String {
        String(decoding: JSONValue.string(text).encoded(), as: UTF8.self)
    }

    /// Everything but letters and digits as `%XX`, spaces as `+`: PHP's `urlencode`.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: " "): escaped += "+"
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"):
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            default: escaped += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return escaped
    }

    /// PHP's nested names; brackets escaped or not.
    static func nested(_ root: String, isEscaped: Bool = false) -> String {
        let pairs = [
            ("[_id]", "70a1b2c3d4e5f60718293a4b"), ("[stato_richiesta]", "Dati disponibili"),
            ("[timestamp_last_update]", "1750000007"), ("[ricerche][0][id_ricerca]", "70a1b2c3d4e5f60718293a4b_0"),
            ("[ricerche][0][stato_ricerca]", "Ricerca evasa"), ("[callback_data][data][ricevuta]", token),
        ]
        return pairs.map { root + (isEscaped ? escaped($0.0) : $0.0) + "=" + escaped($0.1) }.joined(separator: "&")
    }

    /// Shapes that all say the same.
    static let same: [CallbackShape] = [
        CallbackShape("bare", json, order),
        CallbackShape("under data", json, #"{"data":\#(order)}"#),
        CallbackShape("whole envelope", json, #"{"success":true,"message":"","error":null,"data":\#(order)}"#),
        CallbackShape("under any field", json, #"{"visengineData":\#(order)}"#),
        CallbackShape("under a field named callback", json, #"{"callback":\#(order)}"#),
        CallbackShape("data as text", json, #"{"data":\#(quoted(order))}"#),
        CallbackShape("data as text within text", json, #"{"data":\#(quoted(quoted(order)))}"#),
        CallbackShape("envelope as text under a field", json, #"{"x":\#(quoted(#"{"data":\#(order)}"#))}"#),
        CallbackShape("body as one string", json, quoted(order)),
        CallbackShape("data as a list of one", json, #"{"data":[\#(order)]}"#),
        CallbackShape("list of one", json, "[\(order)]"),
        CallbackShape("charset parameter", "Application/JSON; charset=UTF-8", order),
        CallbackShape("JSON without a type", nil, order),
        CallbackShape("JSON called a form", form, order),
        CallbackShape("JSON called text", "text/plain", "\u{FEFF} \r\n" + order + "\n"),
        CallbackShape("data beside custom", json, #"{"data":\#(orderWithoutData),"custom":\#(ours)}"#),
        CallbackShape("custom as text", json, #"{"data":\#(orderWithoutData),"custom":\#(quoted(ours))}"#),
        CallbackShape(
            "envelope with callback_data",
            json,
            #"{"data":\#(orderWithoutData),"callback_data":{"data":\#(ours)}}"#
        ),
        CallbackShape("order beside data", json, #"{"richiesta":\#(orderWithoutData),"data":\#(ours)}"#),
        CallbackShape("bare with data in it", json, orderWithoutData.dropLast() + #","data":\#(ours)}"#),
        CallbackShape("bare with custom in it", json, orderWithoutData.dropLast() + #","custom":\#(ours)}"#),
        CallbackShape("an envelope with an id of its own", json, #"{"id":"c-1","status":"sent","payload":\#(order)}"#),
        CallbackShape("form", form, "data=" + escaped(order)),
        CallbackShape("form of any name", form + "; charset=utf-8", "visengineData=" + escaped(order)),
        CallbackShape("form with the envelope", form, "data=" + escaped(#"{"data":\#(order),"success":true}"#)),
        CallbackShape("form with text in JSON", form, "data=" + escaped(quoted(order))),
        CallbackShape("form with other fields", form, "a=1&data=" + escaped(order) + "&b=2"),
        CallbackShape("form with custom", form, "custom=\(escaped(ours))&data=" + escaped(orderWithoutData)),
        CallbackShape("form without a type", nil, "data=" + escaped(order)),
        CallbackShape("form called JSON", json, "data=" + escaped(order)),
        CallbackShape("form without escapes", form, "data=" + order),
        CallbackShape("form without a name", form, escaped(order)),
        CallbackShape("form with an empty name", form, "=" + escaped(order)),
        CallbackShape("nested form", form, nested("data")),
        CallbackShape("nested form, brackets escaped", form, nested("visengineData", isEscaped: true)),
        CallbackShape(
            "nested form with brackets without numbers",
            form,
            nested("data").split(separator: "&").map { $0.replacing("[0]", with: "[]") }.joined(separator: "&")
                .replacing("[ricerche][][id_ricerca]=70a1b2c3d4e5f60718293a4b_0&", with: "")
        ),
        CallbackShape(
            "id",
            json,
            #"{"data":\#(order.replacing(#""_id""#, with: #""id""#))}"#
        ),
        CallbackShape(
            "id of MongoDB's",
            json,
            order.replacing(#""_id":"70a1b2c3d4e5f60718293a4b""#, with: #""_id":{"$oid":"70a1b2c3d4e5f60718293a4b"}"#)
        ),
        CallbackShape(
            "id of the search",
            json,
            order.replacing(#""_id":"70a1b2c3d4e5f60718293a4b""#, with: #""id":"70a1b2c3d4e5f60718293a4b_0""#)
        ),
        CallbackShape(
            "no id but the search's",
            json,
            order.replacing(#""_id":"70a1b2c3d4e5f60718293a4b","#, with: "")
        ),
        CallbackShape("last update as text", json, order.replacing("1750000007", with: #""1750000007""#)),
        CallbackShape("state in capitals", json, order.replacing("Dati disponibili", with: " DATI_DISPONIBILI ")),
        CallbackShape("outcome as a number", json, order.replacing(#""codice":"0""#, with: #""codice":0"#)),
        CallbackShape("outcome as text", json, order.replacing(#"{"codice":"0","info":"OK"}"#, with: #""OK""#)),
    ]
}
