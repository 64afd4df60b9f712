/// Reads an order's members under every name and in every type that the published documents have for them.
///
/// Visengine's names come first, then those of Docuengine (`id`, `state`, `timestamps`), then those of the sister services
/// whose callbacks were captured (`stato`, `status`).
struct OrderFields {
    private let object: JSONObject

    /// The members that a callback's claim is read from, that tell an order from anything else, and that hold what came
    /// back of our own data.
    static let names = NameTable([
        "_id", "id", "id_richiesta", "ricerche", "stato_richiesta", "stato", "status", "state",
        "timestamp_last_update", "timestamps", "timestamp", "hash_visura", "timestamp_stati", "documentId",
        "callback_data", "callback", "custom", "data",
    ])

    init(_ object: JSONObject) { self.object = object }

    /// `_id`, `id` or `id_richiesta`; else the order's part of the first search's id.
    var id: OrderID? {
        for key in ["_id", "id", "id_richiesta"] {
            if let value = object[key], let id = Self.id(value) { return id }
        }
        return object["ricerche"]?.array?.first?["id_ricerca"].flatMap(Self.id)
    }

    /// An id as text, as a number, or as MongoDB's `{"$oid": …}`; a search's `ORDER_N` is cut back to the order's.
    static func id(_ value: JSONValue) -> OrderID? {
        guard let text = value["$oid"]?.string ?? value.text else { return nil }
        // Nearly every id is as it should be, and has nothing that could be cut.
        if !text.utf8.contains(UInt8(ascii: "_")), let id = OrderID(rawValue: text) { return id }
        return OrderID(orderPart(of: ASCII.trimmed(Array(text.utf8)[...])))
    }

    private static func orderPart(of text: ArraySlice<UInt8>) -> String {
        if let underscore = text.lastIndex(of: UInt8(ascii: "_")) {
            let head = text[..<underscore]
            let tail = text[(underscore + 1)...]
            // Only what looks like an id of the provider's is cut: other programs may have underscores of their own.
            if head.count >= 24, !tail.isEmpty, head.allSatisfy({ ASCII.hexValue($0) != nil }),
                tail.allSatisfy(ASCII.isDigit)
            {
                return String(decoding: head, as: UTF8.self)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// `stato_richiesta` and its like.
    ///
    /// `state` counts only when it is a name: in Visengine it is 0 or 1 and no progress.
    var state: OrderState? {
        for key in ["stato_richiesta", "stato", "status", "state"] {
            guard let name = object[key]?.string, name.utf8.contains(where: ASCII.isLetter) else { continue }
            return OrderState(wireName: name)
        }
        return nil
    }

    /// `state`: 0 is a draft, 1 is final; in Docuengine `NEW` is a draft and everything else is final.
    var isFinal: Bool? {
        guard let value = object["state"] else { return nil }
        switch value.int64 {
        case 0: return false
        case 1: return true
        default: break
        }
        guard let name = value.string, name.utf8.contains(where: ASCII.isLetter) else { return value.bool }
        return OrderState.folded(name) != "new"
    }

    /// `timestamp_last_update`, or `timestamps.lastUpdate`.
    var lastUpdate: Timestamp? {
        Self.time(object["timestamp_last_update"] ?? object["timestamps"]?["lastUpdate"] ?? object["timestamp"])
    }

    /// `timestamp_creation`, or `timestamps.creation`.
    var createdAt: Timestamp? {
        Self.time(object["timestamp_creation"] ?? object["timestamps"]?["creation"])
    }

    private static func time(_ value: JSONValue?) -> Timestamp? { value?.int64.map(Timestamp.init(seconds:)) }

    /// `hash_visura`, or `documentId`.
    var item: ItemHash? {
        (object["hash_visura"] ?? object["documentId"])?.text.flatMap { ItemHash(rawValue: $0) }
    }

    /// `nome`, `nome_visura` or `name`.
    var itemName: String? { object.first(of: ["nome", "nome_visura", "name"])?.string }

    /// `esito`: an object with `codice` as text or number, or the verdict itself as text; `cancellationReason` in
    /// Docuengine.
    var outcome: Outcome? {
        guard let value = object["esito"], !value.isNull else { return cancellation }
        if let code = value["codice"]?.text { return Outcome(code: code, info: value["info"]?.text ?? "") }
        return value.text.map { Outcome(code: $0) } ?? cancellation
    }

    private var cancellation: Outcome? {
        object.first(of: ["motivo_annullamento", "cancellationReason"])?.string
            .map { Outcome(code: "cancelled", info: $0) }
    }

    /// `ricerche[]`; elements without an id are left out.
    var searches: [Search] {
        (object["ricerche"]?.array ?? []).compactMap { search in
            search["id_ricerca"]?.text.map { Search(id: $0, state: search["stato_ricerca"]?.string) }
        }
    }

    /// `stato_ricerca` of the last search that has one.
    var lastSearchState: String? {
        object["ricerche"]?.array?.last { $0["stato_ricerca"]?.string != nil }?["stato_ricerca"]?.string
    }

    /// How surely the object is an order: `nil` for not at all.
    var likeness: Likeness? {
        for member in object.members {
            switch member.key {
            case "stato_richiesta", "hash_visura", "timestamp_last_update", "timestamp_stati", "ricerche", "documentId",
                "timestamps":
                return .certain
            default: continue
            }
        }
        return id != nil || state != nil ? .possible : nil
    }

    /// How surely an object is an order.
    enum Likeness {
        /// It has a member that only orders have.
        case certain
        /// It has an id or a state, as an envelope of some kind may have too.
        case possible
    }
}
