import Visengine

/// One item of the catalogue, as the provider answers it and as the rules read it.
struct SandboxItem: Sendable {
    /// The `data` of `GET /visure/{hash}`.
    let json: JSONValue
    /// The same, read.
    let detail: ItemDetail
    /// `callback` of its orders, which is the supplier's handler and not the caller's callback.
    let supplier: String

    init?(_ text: String, supplier: String) {
        guard let json = try? JSONValue(parsing: Array(text.utf8)), let detail = try? ItemDetail(json: json) else {
            return nil
        }
        self.json = json
        self.detail = detail
        self.supplier = supplier
    }

    /// The item as the list shows it.
    var summary: JSONValue {
        var object = JSONObject()
        for key in ["nome_visura", "nome_categoria", "hash_visura"] { object[key] = json[key] }
        return .object(object)
    }
}

/// The items on sale.
struct SandboxCatalogue: Sendable {
    let items: [SandboxItem]
    private let byHash: [ItemHash: SandboxItem]

    init(_ items: [SandboxItem] = SandboxCatalogue.standard) {
        self.items = items
        byHash = Dictionary(items.map { ($0.detail.item.hash, $0) }) { first, _ in first }
    }

    subscript(hash: ItemHash) -> SandboxItem? { byHash[hash] }

    /// What bulk orders are of when nothing is said.
    static let pension = "5fec14002548c9ae115758500c8981ee"
}
