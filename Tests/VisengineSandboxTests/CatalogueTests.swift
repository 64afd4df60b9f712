import BaseKit
import Testing
import Visengine
import VisengineSandbox

@Suite(.timeLimit(.minutes(1)))
struct CatalogueTests {
    @Test func listsNamesCategoriesAndHashes() async throws {
        try await withSandbox { wire in
            let list = try #require(try await wire.send(.get, "/visure").data.array)

            #expect(
                list.first == [
                    "nome_visura": "Pensione Vecchiaia", "nome_categoria": "Patronato",
                    "hash_visura": .string(Samples.pensionHash),
                ]
            )
            let items = try CatalogueItem.list(json: .array(list))
            #expect(items.count == 7)
            #expect(Set(items.map(\.hash)).count == 7)
        }
    }

    @Test func everyListedItemCanBeRead() async throws {
        try await withSandbox { wire in
            for item in try CatalogueItem.list(json: try await wire.send(.get, "/visure").data) {
                let detail = try ItemDetail(json: try await wire.send(.get, "/visure/\(item.hash)").data)

                #expect(detail.item == item)
                #expect(!detail.fields.isEmpty)
                #expect(detail.validation.fields.isSubset(of: Set(detail.fields.map(\.key))))
                #expect(detail.price != nil)
            }
        }
    }

    @Test(arguments: ["0000", "5fec14002548c9ae115758500c8981ef", "x!"])
    func aWrongHashIsRefused(hash: String) async throws {
        try await withSandbox { wire in
            let answer = try await wire.send(.get, "/visure/" + hash)

            #expect(answer.summary == "400/200 wrong hash_visura")
        }
    }
}
