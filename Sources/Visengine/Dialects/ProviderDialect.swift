public import BaseKit

/// How one of the platform's APIs is spoken: where its calls go, what is sent there, and what its error numbers mean.
///
/// The platform's services sell alike things over alike APIs that differ in all three. What they *answer* is read the
/// same way for all of them, under every name that their documents have for it (``Order``, ``CatalogueItem``,
/// ``ItemDetail``, ``OrderState``, ``DocumentDecoder``): those names do not contradict each other, so that no reader
/// has to be told which service it reads.
public struct ProviderDialect: Sendable {
    /// Where calls go, below the API's address: each starts with a slash.
    public struct Paths: Sendable {
        /// The list of what can be ordered.
        public var catalogue: String
        /// One item.
        public var item: @Sendable (ItemHash) -> String
        /// The account's orders; orders are placed there, too.
        public var orders: String
        /// One order; it is changed there, and searches are added there.
        public var order: @Sendable (OrderID) -> String
        /// Where a search's result is chosen.
        public var searchChoice: @Sendable (OrderID) -> String
        /// An order's document.
        public var document: @Sendable (OrderID) -> String

        /// Names the paths.
        public init(
            catalogue: String,
            item: @escaping @Sendable (ItemHash) -> String,
            orders: String,
            order: @escaping @Sendable (OrderID) -> String,
            searchChoice: @escaping @Sendable (OrderID) -> String,
            document: @escaping @Sendable (OrderID) -> String
        ) {
            self.catalogue = catalogue
            self.item = item
            self.orders = orders
            self.order = order
            self.searchChoice = searchChoice
            self.document = document
        }
    }

    /// What is sent, as JSON.
    public struct Bodies: Sendable {
        /// An order.
        public var placement: @Sendable (OrderPlacement) -> JSONValue
        /// What is to change in a draft.
        public var changes: @Sendable (DraftChanges) -> JSONValue
        /// A further search: inputs by their fields' keys.
        public var search: @Sendable (_ values: [String: String]) -> JSONValue
        /// The choice of a search's result.
        public var choice: @Sendable (_ search: String, _ index: Int) -> JSONValue

        /// Names the encoders.
        public init(
            placement: @escaping @Sendable (OrderPlacement) -> JSONValue,
            changes: @escaping @Sendable (DraftChanges) -> JSONValue,
            search: @escaping @Sendable (_ values: [String: String]) -> JSONValue,
            choice: @escaping @Sendable (_ search: String, _ index: Int) -> JSONValue
        ) {
            self.placement = placement
            self.changes = changes
            self.search = search
            self.choice = choice
        }
    }

    /// Where calls go.
    public var paths: Paths
    /// What is sent.
    public var bodies: Bodies
    /// What error numbers mean.
    public var errors: ProviderErrorTable

    /// Creates a dialect.
    public init(paths: Paths, bodies: Bodies, errors: ProviderErrorTable) {
        self.paths = paths
        self.bodies = bodies
        self.errors = errors
    }
}
