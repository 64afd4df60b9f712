import BaseKit
import HTTPListener
import Testing
import Visengine
import VisengineClient
import VisengineSandbox

/// Each of the nine calls, made for real.
@Suite(.timeLimit(.minutes(1)))
struct NineCallsTests {
    @Test func readsTheCatalogue() async throws {
        try await withSandbox { client, _ in
            let items = try await client.readCatalogue()

            let pension = try #require(items.first { $0.name == "Pensione Vecchiaia" })
            #expect(pension.category == "Patronato")
            #expect(pension.hash.rawValue == Samples.pension)
            #expect(Set(items.map(\.category)) == ["Patronato", "Camerali", "Catastali", "Servizi immobiliari"])
        }
    }

    @Test func readsAnItem() async throws {
        try await withSandbox { client, _ in
            let detail = try await client.readItem(try #require(ItemHash(rawValue: Samples.pension)))

            #expect(detail.item.name == "Pensione Vecchiaia")
            #expect(detail.fields.map(\.key) == ["$0", "$1", "$4", "$3", "$2", "$5", "$6", "$7"])
            #expect(detail.price == Price(thousandths: 12_700))
            #expect(detail.options.map(\.kind) == ["urgenza", "assistenza_dedicata"])
            #expect(detail.problems(in: Samples.values).isEmpty)
            #expect(detail.instructions == nil)
        }
    }

    @Test func placesAnOrder() async throws {
        try await withSandbox { client, sandbox in
            let placement = try Samples.placement {
                $0.options = ["opzione_0"]
                $0.callback = CallbackRegistration(url: "http://127.0.0.1:1/in", token: "nonce.mac")
            }

            let placed = try await client.placeOrder(placement)

            let order = try #require(placed.order)
            #expect(order.state == .processing)
            #expect(order.isFinal == true)
            #expect(order.item == placement.item)
            #expect(order.echo == .token("nonce.mac"))
            #expect(placed.price == Price(thousandths: 16_700))
            #expect(sandbox.report(order.id)?.state == "In erogazione")
        }
    }

    @Test func aTestPlacementGivesPricesAndNoOrder() async throws {
        try await withSandbox { client, sandbox in
            let placed = try await client.placeOrder(try Samples.placement(isTest: true))

            #expect(
                placed == PlacedOrder(order: nil, price: Price(thousandths: 12_700), searchPrice: Price(thousandths: 0))
            )
            let kept = try await client.readOrders()
            #expect(kept.isEmpty)
            #expect(sandbox.count(.place) == 1)
        }
    }

    @Test func listsOrders() async throws {
        try await withSandbox { client, _ in
            let first = try #require(try await client.placeOrder(try Samples.placement()).order)
            let second = try #require(try await client.placeOrder(try Samples.placement(isFinal: false)).order)

            let orders = try await client.readOrders()

            #expect(orders.map(\.id) == [second.id, first.id])
            #expect(orders.map(\.state) == [nil, .processing])
            #expect(orders.map(\.isFinal) == [false, true])
        }
    }

    @Test func noOrdersAreAnEmptyList() async throws {
        try await withSandbox { client, sandbox in
            let orders = try await client.readOrders()
            let ordersByPort = try await client.orders()

            #expect(orders.isEmpty)
            #expect(ordersByPort.isEmpty)
            #expect(sandbox.count(.orders) == 2)
        }
    }

    @Test func oneUnreadableOrderDoesNotHideTheOthers() async throws {
        let list: JSONValue = [
            ["_id": "65f0c0ffee0123456789abcd"], ["_id": nil], 7, ["_id": "65f0c0ffee0123456789abce"],
        ]
        try await withProvider { _, _ in
            .success(list)
        } _: { client, _ in
            let ids = try await client.readOrders().map(\.id.rawValue)

            #expect(ids == ["65f0c0ffee0123456789abcd", "65f0c0ffee0123456789abce"])
        }
    }

    @Test(arguments: [#"Visura \ud83d"#, "a\tb", #"C:\Visure"#])
    func readsAnOrderWhoseTextIsNearlyRight(name: String) async throws {
        let answer = #"{"data":{"_id":"65f0c0ffee0123456789abcd","nome":"\#(name)","stato_richiesta":"Visura evasa"},"#
        try await withProvider { _, _ in
            .json(200, Array((answer + #""success":true,"message":"","error":null}"#).utf8))
        } _: { client, _ in
            let order = try await client.readOrder(try #require(OrderID("65f0c0ffee0123456789abcd")))

            #expect(order.state == .fulfilled)
        }
    }

    @Test func readsAnOrder() async throws {
        try await withSandbox(SandboxConfiguration(now: { 1_750_000_000 })) { client, sandbox in
            let id = try #require(try await client.placeOrder(try Samples.placement()).order).id
            sandbox.finish(id)

            let order = try await client.readOrder(id)

            #expect(order.id == id)
            #expect(order.state == .fulfilled)
            #expect(order.lastUpdate == Timestamp(seconds: 1_750_000_000))
            #expect(order.createdAt == Timestamp(seconds: 1_750_000_000))
            #expect(order.outcome == Outcome(code: "0", info: "OK"))
            #expect(order.searches == [Search(id: "\(id)_0", state: "Ricerca evasa")])
            let sameByPort = try await client.order(id)
            #expect(sameByPort == order)
        }
    }

    @Test func changesADraftAndMakesItFinal() async throws {
        try await withSandbox { client, _ in
            let draft = try Samples.placement(isFinal: false) { $0.values["$4"] = nil }
            let id = try #require(try await client.placeOrder(draft).order).id

            let changes = DraftChanges(fields: ["$4": "RSSMRA85T10A562S"], email: "b@example.test")
            let changed = try await client.updateDraft(id, changes)
            let final = try await client.updateDraft(id, DraftChanges(makesFinal: true))

            #expect(changed.isFinal == false)
            #expect(changed.state == nil)
            #expect(final.isFinal == true)
            #expect(final.state == .processing)
        }
    }

    @Test func searchesAndChoosesAResult() async throws {
        try await withSandbox { client, sandbox in
            let id = try #require(try await client.placeOrder(try Samples.searchPlacement()).order).id
            let searched = try await client.addSearch(to: id, values: ["$1": "12345678903"])
            sandbox.advance(id)

            let chosen = try await client.chooseSearchResult(of: id, search: "\(id)_1", index: 1)

            #expect(searched.state == .searching)
            #expect(searched.searches.map(\.id) == ["\(id)_0", "\(id)_1"])
            #expect(chosen.state == .processing)
            let last = try #require(chosen.searches.last)
            #expect(last.id == "\(id)_1" && last.state == "Ricerca evasa")
            #expect(last.results.map(\.index) == [0, 1])
            #expect(last.results.first?.facts["Denominazione"] == "PRIMA PROVA SRL")
            #expect(chosen.isChosen && !chosen.needsChoice)
        }
    }

    @Test func fetchesADocument() async throws {
        try await withSandbox { client, sandbox in
            let id = try #require(try await client.placeOrder(try Samples.placement()).order).id
            sandbox.advance(id)
            let writer = MemoryWriter()

            let metadata = try await client.readDocument(of: id, into: writer)

            #expect(metadata == DocumentMetadata(name: "\(id).zip", size: 20_000))
            #expect(writer.bytes.count == 20_000)
            #expect(writer.bytes.starts(with: [0x50, 0x4B, 3, 4]))
        }
    }
}
