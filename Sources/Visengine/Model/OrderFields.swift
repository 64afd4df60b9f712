import BaseKit

/// Reads an order's members under every name and in every type that the published documents have for them.
///
/// Visengine's names come first, then those of Docuengine (`id`, `state`, `timestamps`), then those of the sister
/// services whose callbacks were captured (`stato`, `status`).
struct OrderFields<Members: OrderMembers> {
    private let members: Members

    init(_ members: Members) { self.members = members }

    /// `_id`, `id` or `id_richiesta`; else the order's part of the first search's id.
    var id: OrderID? {
        if let id = id(.underscoreID) ?? id(.id) ?? id(.idRichiesta) { return id }
        return members[.ricerche]?.array?.first?["id_ricerca"].flatMap(OrderID.init(json:))
    }

    private func id(_ member: OrderMember) -> OrderID? { members[member].flatMap(OrderID.init(json:)) }

    /// `stato_richiesta` and its like.
    ///
    /// `state` counts only when it is a name: in Visengine it is 0 or 1 and no progress.
    var state: OrderState? {
        state(.statoRichiesta) ?? state(.stato) ?? state(.status) ?? state(.state)
    }

    private func state(_ member: OrderMember) -> OrderState? {
        guard let name = members[member]?.string, name.utf8.contains(where: ASCII.isLetter) else { return nil }
        return OrderState(wireName: name)
    }

    /// `timestamp_last_update`, or `timestamps.lastUpdate`.
    var lastUpdate: Timestamp? {
        Self.time(members[.timestampLastUpdate] ?? members[.timestamps]?["lastUpdate"] ?? members[.timestamp])
    }

    private static func time(_ value: JSONValue?) -> Timestamp? { value?.int64.map(Timestamp.init(seconds:)) }

    /// `stato_ricerca` of the last search that has one.
    var lastSearchState: String? {
        members[.ricerche]?.array?.last { $0["stato_ricerca"]?.string != nil }?["stato_ricerca"]?.string
    }

    /// How surely it is an order: `nil` for not at all.
    var likeness: OrderLikeness? {
        if members.hasCertainMember { return .certain }
        return id != nil || state != nil ? .possible : nil
    }
}

/// How surely an object is an order.
enum OrderLikeness {
    /// It has a member that only orders have.
    case certain
    /// It has an id or a state, as an envelope of some kind may have too.
    case possible
}

// What is read of an order only when all of it was parsed.
extension OrderFields where Members == JSONObject {
    /// `state`: 0 is a draft, 1 is final; in Docuengine `NEW` is a draft and everything else is final.
    var isFinal: Bool? {
        guard let value = members["state"] else { return nil }
        switch value.int64 {
        case 0: return false
        case 1: return true
        default: break
        }
        guard let name = value.string, name.utf8.contains(where: ASCII.isLetter) else { return value.bool }
        return OrderState.folded(name) != "new"
    }

    /// `timestamp_creation`, or `timestamps.creation`.
    var createdAt: Timestamp? {
        Self.time(members["timestamp_creation"] ?? members["timestamps"]?["creation"])
    }

    /// The earliest of `timestamp_stati`.
    var submittedAt: Timestamp? {
        (members["timestamp_stati"]?.object?.members ?? []).compactMap { Self.time($0.value) }.min()
    }

    /// `hash_visura`, or `documentId`.
    var item: ItemHash? {
        (members["hash_visura"] ?? members["documentId"])?.text.flatMap { ItemHash(rawValue: $0) }
    }

    /// `nome`, `nome_visura` or `name`.
    var itemName: String? { members.first(of: ["nome", "nome_visura", "name"])?.string }

    /// `esito`: an object with `codice` as text or number, or the verdict itself as text.
    var outcome: Outcome? {
        guard let value = members["esito"], !value.isNull else { return nil }
        if let code = value["codice"]?.text { return Outcome(code: code, info: value["info"]?.text ?? "") }
        return value.text.map { Outcome(code: $0) }
    }

    /// `motivo_annullamento`, or `cancellationReason`.
    var cancellationReason: String? {
        let text = members.first(of: ["motivo_annullamento", "cancellationReason"])?.text ?? ""
        let reason = String(decoding: ASCII.trimmed(Array(text.utf8)[...]), as: UTF8.self).prefix(1000)
        return reason.isEmpty ? nil : String(reason)
    }

    /// `ricerca`.
    var hasSearch: Bool? { members["ricerca"]?.bool }

    /// `id_ricerca` and `indice_ricerca`, which are `null` before a choice.
    var isChosen: Bool { members.first(of: ["id_ricerca", "indice_ricerca"]) != nil }

    /// `ricerche[]`; elements without an id are left out.
    var searches: [Search] { (members["ricerche"]?.array ?? []).compactMap { Search(element: $0) } }
}

extension OrderID {
    /// An id as text, as a number, or as MongoDB's `{"$oid": …}`; a search's `ORDER_N` is cut back to the order's.
    init?(json value: JSONValue) {
        guard let text = value["$oid"]?.string ?? value.text else { return nil }
        // Nearly every id is as it should be, and has nothing that could be cut.
        if text.utf8.allSatisfy({ ASCII.isBase64URL($0) && $0 != UInt8(ascii: "_") }) {
            self.init(rawValue: text)
        } else {
            self.init(rawValue: Self.orderPart(of: ASCII.trimmed(Array(text.utf8)[...])))
        }
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
}
