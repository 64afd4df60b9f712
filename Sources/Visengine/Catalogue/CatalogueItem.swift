public import BaseKit

/// One line of the catalogue, `GET /visure` (doc).
public struct CatalogueItem: Sendable, Equatable {
    /// `nome_visura`; `name` in Docuengine.
    public var name: String
    /// `nome_categoria`, for example `Patronato`; `category` in Docuengine.
    public var category: String
    /// `hash_visura`; `id` in Docuengine.
    public var hash: ItemHash

    /// Creates an item.
    public init(name: String, category: String, hash: ItemHash) {
        self.name = name
        self.category = category
        self.hash = hash
    }

    /// Reads one element of the list.
    ///
    /// - Throws: ``CatalogueDecodingError``.
    public init(json: JSONValue) throws(CatalogueDecodingError) {
        guard let object = json.object else { throw .unexpectedShape(expected: "an object for each item") }
        guard let hash = object.first(of: ["hash_visura", "id"])?.text.flatMap({ ItemHash(rawValue: $0) }) else {
            throw .missingMember("hash_visura")
        }
        guard let name = object.first(of: ["nome_visura", "name"])?.string else { throw .missingMember("nome_visura") }
        // The provider's own examples have names with a space at their end.
        self.init(
            name: String(decoding: ASCII.trimmed(Array(name.utf8)[...]), as: UTF8.self),
            category: object.first(of: ["nome_categoria", "category"])?.string ?? "",
            hash: hash
        )
    }

    /// Reads the whole list, the envelope's `data`.
    ///
    /// - Throws: ``CatalogueDecodingError`` of the first element that is no item.
    public static func list(json: JSONValue) throws(CatalogueDecodingError) -> [CatalogueItem] {
        guard let elements = json.array else { throw .unexpectedShape(expected: "a list of items") }
        var items: [CatalogueItem] = []
        for element in elements { items.append(try CatalogueItem(json: element)) }
        return items
    }

    /// The item as the provider writes it in the list.
    public var json: JSONValue {
        ["nome_visura": .string(name), "nome_categoria": .string(category), "hash_visura": .string(hash.rawValue)]
    }
}
