import RicevutaCore
import Testing

@Suite(.timeLimit(.minutes(1)))
struct DeliveryRoutingTests {
    /// What a sink wants, and whether it gets an `order.updated` of order `id1` and item `item1`.
    struct Wish: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var types: Set<NotificationType> = []
        var items: Set<String> = []
        var orders: Set<String> = []
        var providers: Set<String> = []
        let isMet: Bool
    }

    static let wishes = [
        Wish(testDescription: "everything", isMet: true),
        Wish(testDescription: "its type", types: [.orderUpdated, .orderLate], isMet: true),
        Wish(testDescription: "another type", types: [.documentAvailable], isMet: false),
        Wish(testDescription: "its item", items: ["item1", "item2"], isMet: true),
        Wish(testDescription: "another item", items: ["item2"], isMet: false),
        Wish(testDescription: "its order", orders: ["id1"], isMet: true),
        Wish(testDescription: "another order", orders: ["id2"], isMet: false),
        Wish(testDescription: "its provider", providers: ["visengine", "docuengine"], isMet: true),
        Wish(testDescription: "another provider", providers: ["docuengine"], isMet: false),
        Wish(
            testDescription: "all three",
            types: [.orderUpdated],
            items: ["item1"],
            orders: ["id1"],
            isMet: true
        ),
        Wish(
            testDescription: "two of three",
            types: [.orderUpdated],
            items: ["item1"],
            orders: ["id2"],
            isMet: false
        ),
    ]

    @Test(arguments: wishes)
    func filters(_ wish: Wish) throws {
        let filter = DeliveryFilter(
            types: wish.types,
            items: Set(try wish.items.map { try Sample.item($0) }),
            orders: Set(try wish.orders.map { try Sample.id($0) }),
            providers: Set(try wish.providers.map { try Sample.provider($0) })
        )

        #expect(filter.wants(try Sample.notification(item: Sample.item())) == wish.isMet)
    }

    @Test func keepsAnUnknownItemFromThoseThatWantOne() throws {
        let notification = try Sample.notification(item: nil)

        #expect(!DeliveryFilter(items: [try Sample.item()]).wants(notification))
        #expect(DeliveryFilter().wants(notification))
    }

    @Test func listsTheSinksInTheOrderOfTheConfiguration() throws {
        let routing = DeliveryRouting([
            DeliveryRouting.Route(sink: try Sample.sink("zeta")),
            DeliveryRouting.Route(
                sink: try Sample.sink("documents"),
                filter: DeliveryFilter(types: [.documentAvailable])
            ),
            DeliveryRouting.Route(sink: try Sample.sink("alpha")),
        ])

        #expect(routing.sinks(for: try Sample.notification()).map(\.rawValue) == ["zeta", "alpha"])
        #expect(
            routing.sinks(for: try Sample.notification(.documentAvailable)).map(\.rawValue)
                == ["zeta", "documents", "alpha"]
        )
        #expect(DeliveryRouting([]).sinks(for: try Sample.notification()) == [])
    }

    @Test(arguments: ["a", "crm-2_eu", "0", String(repeating: "x", count: 64)])
    func takesASinkName(text: String) { #expect(SinkName(rawValue: text)?.description == text) }

    @Test(arguments: ["", "CRM", "a b", "a.b", "a/b", "è", "a\n", String(repeating: "x", count: 65)])
    func refusesWhatIsNoSinkName(text: String) { #expect(SinkName(rawValue: text) == nil) }
}
