/// What the provider says to a placement.
public struct PlacedOrder: Sendable, Equatable {
    /// The order; `nil` for a test, of which nothing is kept (seen).
    public var order: Order?
    /// `prezzo_visura`.
    public var price: Price?
    /// `prezzo_ricerca`.
    public var searchPrice: Price?

    /// Creates an answer.
    public init(order: Order?, price: Price? = nil, searchPrice: Price? = nil) {
        self.order = order
        self.price = price
        self.searchPrice = searchPrice
    }
}
