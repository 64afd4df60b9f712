public import BaseKit

/// Something that can be ordered with an item for more money: an element of `opzioni` (doc).
public struct ItemOption: Sendable, Equatable {
    /// What is sent to choose it, `nome`: `opzione_0`.
    public var name: String
    /// What it is, `tipo`: `urgenza`.
    public var kind: String
    /// What it adds to the price, `prezzo`.
    public var price: Price?

    /// Creates an option.
    public init(name: String, kind: String, price: Price? = nil) {
        self.name = name
        self.kind = kind
        self.price = price
    }

    /// Reads an option; `nil` when it has no name.
    ///
    /// Docuengine has `name` and `price` alone.
    public init?(json: JSONValue) {
        guard let object = json.object, let name = object.first(of: ["nome", "name"])?.string else { return nil }
        self.init(
            name: name,
            kind: object["tipo"]?.string ?? name,
            price: object.first(of: ["prezzo", "price"]).flatMap { Price(json: $0) }
        )
    }
}
