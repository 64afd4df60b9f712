public import BaseKit

/// Everything that the catalogue says of one item, `GET /visure/{hash}` (doc), or an element of Docuengine's
/// `GET /documents`.
public struct ItemDetail: Sendable, Equatable {
    /// Name, category and hash.
    public var item: CatalogueItem
    /// `campi`, in the order of a form: by `ordine`, then by number.
    public var fields: [ItemField]
    /// `validazione`: which fields have to be filled; always satisfied when absent or empty.
    public var validation: ValidationExpression
    /// `istruzioni`: HTML, base64 on the wire.
    public var instructions: String?
    /// `istruzioni_ricerca`: what to know for choosing a search's result.
    public var searchInstructions: String?
    /// `prezzo_visura`.
    public var price: Price?
    /// `prezzo_ricerca`: what each search costs.
    public var searchPrice: Price?
    /// `opzioni`.
    public var options: [ItemOption]
    /// `ricerca`: whether a search comes first, a result of which has to be chosen.
    public var hasSearch: Bool
    /// `sincrona`: whether placing the order already yields the document.
    public var isSynchronous: Bool

    /// Creates a detail.
    public init(
        item: CatalogueItem,
        fields: [ItemField],
        validation: ValidationExpression = .always,
        instructions: String? = nil,
        searchInstructions: String? = nil,
        price: Price? = nil,
        searchPrice: Price? = nil,
        options: [ItemOption] = [],
        hasSearch: Bool = false,
        isSynchronous: Bool = false
    ) {
        self.item = item
        self.fields = fields
        self.validation = validation
        self.instructions = instructions
        self.searchInstructions = searchInstructions
        self.price = price
        self.searchPrice = searchPrice
        self.options = options
        self.hasSearch = hasSearch
        self.isSynchronous = isSynchronous
    }

    /// Reads an item's detail, the envelope's `data`.
    ///
    /// - Throws: ``CatalogueDecodingError`` when it has no hash or name, or a `validazione` that cannot be read.
    public init(json: JSONValue) throws(CatalogueDecodingError) {
        let item = try CatalogueItem(json: json)
        let object = json.object ?? JSONObject()
        let structure = object.first(of: ["json_struttura", "requestStructure"])?.object ?? JSONObject()
        let validation: ValidationExpression
        do {
            validation = try ValidationExpression(
                parsing: structure.first(of: ["validazione", "validation"])?.string ?? ""
            )
        } catch {
            throw .validation(error)
        }
        self.init(
            item: item,
            fields: Self.fields(structure.first(of: ["campi", "fields"])),
            validation: validation,
            instructions: structure.first(of: ["istruzioni", "help"])?.string.flatMap(Self.html),
            searchInstructions: structure.first(of: ["istruzioni_ricerca", "searchHelp"])?.string.flatMap(Self.html),
            price: object.first(of: ["prezzo_visura", "documentPrice"]).flatMap { Price(json: $0) },
            searchPrice: object.first(of: ["prezzo_ricerca", "searchPrice"]).flatMap { Price(json: $0) },
            options: (object.first(of: ["opzioni", "options"])?.array ?? []).compactMap { ItemOption(json: $0) },
            hasSearch: object.first(of: ["ricerca", "hasSearch"])?.bool ?? false,
            isSynchronous: object.first(of: ["sincrona", "isSync"])?.bool ?? false
        )
    }

    private static func fields(_ json: JSONValue?) -> [ItemField] {
        (json?.object?.members ?? [])
            .map { ItemField(key: $0.key, json: $0.value) }
            .enumerated()
            .sorted { left, right in
                (left.element.order, left.element.number ?? .max, left.offset)
                    < (right.element.order, right.element.number ?? .max, right.offset)
            }
            .map(\.element)
    }

    /// The text behind base64; text that is no base64 is taken as it is.
    private static func html(_ text: String) -> String? {
        guard !text.isEmpty else { return nil }
        guard let bytes = Base64.decode(text.utf8), let html = String(validating: bytes, as: UTF8.self) else {
            return text
        }
        return html
    }
}

extension ItemField {
    /// The number in the key: 3 for `$3` and for `field3`.
    public var number: Int? {
        Int(key.drop { $0 == "$" || $0.isLetter })
    }
}
