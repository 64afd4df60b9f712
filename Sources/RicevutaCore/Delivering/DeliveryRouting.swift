public import Visengine

/// The name of a configured sink: 1 to 64 of `a-z`, `0-9`, `-` and `_`.
public struct SinkName: Sendable, Hashable, Codable, RawRepresentable, CustomStringConvertible {
    /// The name as configured.
    public let rawValue: String

    /// Creates a name, or nothing when the text is not one.
    public init?(rawValue: String) {
        let isAllowed: (UInt8) -> Bool = { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }
        guard (1...64).contains(rawValue.utf8.count), rawValue.utf8.allSatisfy(isAllowed) else { return nil }
        self.rawValue = rawValue
    }

    /// The name as configured.
    public var description: String { rawValue }
}

/// Which notifications one sink wants.
///
/// An empty list means all.
public struct DeliveryFilter: Sendable, Equatable {
    /// Types wanted.
    public var types: Set<NotificationType>
    /// Catalogue items wanted.
    public var items: Set<ItemHash>
    /// Orders wanted, by their providers' ids.
    public var orders: Set<OrderID>
    /// Providers wanted.
    public var providers: Set<ProviderID>

    /// Creates a filter.
    public init(
        types: Set<NotificationType> = [],
        items: Set<ItemHash> = [],
        orders: Set<OrderID> = [],
        providers: Set<ProviderID> = []
    ) {
        self.types = types
        self.items = items
        self.orders = orders
        self.providers = providers
    }

    /// Whether a notification passes.
    ///
    /// One whose item is unknown does not pass a filter by item.
    public func wants(_ notification: Notification) -> Bool {
        (types.isEmpty || types.contains(notification.type))
            && (items.isEmpty || notification.item.map(items.contains) ?? false)
            && (orders.isEmpty || orders.contains(notification.orderID))
            && (providers.isEmpty || providers.contains(notification.provider))
    }
}

/// Which sink wants what; handed into each transaction that writes notifications.
public struct DeliveryRouting: Sendable, Equatable {
    /// One sink's wishes.
    public struct Route: Sendable, Equatable {
        /// The sink.
        public var sink: SinkName
        /// What it wants.
        public var filter: DeliveryFilter

        /// Creates a route.
        public init(sink: SinkName, filter: DeliveryFilter = DeliveryFilter()) {
            self.sink = sink
            self.filter = filter
        }
    }

    /// All routes, in the order of the configuration.
    public var routes: [Route]

    /// Creates a routing.
    public init(_ routes: [Route]) { self.routes = routes }

    /// The sinks that want a notification.
    public func sinks(for notification: Notification) -> [SinkName] {
        routes.filter { $0.filter.wants(notification) }.map(\.sink)
    }
}
