public import Visengine

/// The port to what a provider sells.
public protocol Catalogue: Sendable {
    /// Reads all that can be ordered, in the provider's order.
    func items() async throws(CallFailure) -> [CatalogueItem]

    /// Reads everything about one item: its fields, options and prices.
    func item(_ hash: ItemHash) async throws(CallFailure) -> ItemDetail
}
