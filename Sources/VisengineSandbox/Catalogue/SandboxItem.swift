import BaseKit
import Visengine

/// One item of the catalogue, as the provider answers it and as the rules read it.
struct SandboxItem: Sendable {
    /// The `data` of `GET /visure/{hash}`.
    let json: JSONValue
    /// The same, read.
    let detail: ItemDetail
    /// `callback` of its orders, which is the supplier's handler and not the caller's callback.
    let supplier: String
    /// Hashes by which it can be asked for besides its own.
    let otherHashes: [ItemHash]

    init?(_ text: String, supplier: String, otherHashes: [String] = []) {
        // The catalogue is part of the program, and its tests read every item.
        guard let json = try? JSONValue(parsing: Array(text.utf8)), let detail = try? ItemDetail(json: json) else {
            return nil
        }
        self.json = json
        self.detail = detail
        self.supplier = supplier
        self.otherHashes = otherHashes.compactMap { ItemHash(rawValue: $0) }
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
        let hashes = items.flatMap { item in ([item.detail.item.hash] + item.otherHashes).map { ($0, item) } }
        byHash = Dictionary(hashes) { first, _ in first }
    }

    subscript(hash: ItemHash) -> SandboxItem? { byHash[hash] }
}
