import BaseKit

/// Bodies that the sandbox takes.
enum Samples {
    static let pensionHash = "e767a64dec5b382cbff27b3e46f41441"
    static let searchHash = "afa0b4cu7yd06226i5d89p00077c3j6t"

    static let values: JSONObject = [
        "$0": "Ada", "$1": "Esempio", "$2": "ada@example.test", "$3": "333 0000000", "$4": "RSSMRA85T10A562S",
        "$5": "carta.pdf|data:application/pdf;base64,JVBERi0x", "$6": "codice.pdf|data:application/pdf;base64,JVBERi0x",
    ]

    /// An order for "Pensione Vecchiaia", with further members.
    static func pension(_ members: JSONObject = [:]) -> JSONValue {
        with(["hash_visura": .string(pensionHash), "json_visura": .object(values)], members)
    }

    /// An order for an item with searches, with further members.
    static func search(_ members: JSONObject = [:]) -> JSONValue {
        with(["hash_visura": .string(searchHash), "json_visura": ["$0": "PROVA SRL"]], members)
    }

    /// `callback_data`.
    static func callback(
        _ url: String,
        method: String = "JSON",
        field: String = "data",
        data: JSONValue = ["ricevuta": "nonce.mac"]
    ) -> JSONObject {
        [
            "callback_data": [
                "url": .string(url), "method": .string(method), "field": .string(field), "data": data,
            ]
        ]
    }

    private static func with(_ object: JSONObject, _ members: JSONObject) -> JSONValue {
        var object = object
        for member in members.members { object[member.key] = member.value }
        return .object(object)
    }
}
