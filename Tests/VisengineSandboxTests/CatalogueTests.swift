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
                    "nome_visura": "Pensione di vecchiaia", "nome_categoria": "Patronato",
                    "hash_visura": .string(Samples.pensionHash),
                ]
            )
            let items = try CatalogueItem.list(json: .array(list))
            #expect(items.count == 7)
            #expect(Set(items.map(\.hash)).count == 7)
        }
    }

    @Test func pensioneDiVecchiaiaHasItsFieldsPricesAndValidation() async throws {
        try await withSandbox { wire in
            let answer = try await wire.send(.get, "/visure/" + Samples.pensionHash)

            let detail = try ItemDetail(json: answer.data)
            #expect(detail.item.name == "Pensione di vecchiaia")
            #expect(detail.fields.map(\.key) == ["$0", "$1", "$4", "$2", "$3", "$5", "$6", "$7"])
            #expect(
                detail.fields.map(\.type) == [
                    .text, .text, .choice, .email, .personTaxCode, .file, .file, .text,
                ]
            )
            #expect(detail.fields.filter { !$0.isNullable }.map(\.key) == ["$0", "$1", "$4", "$2", "$3"])
            #expect(detail.fields.first { $0.key == "$4" }?.choices.map(\.code) == ["P", "A"])
            #expect(detail.validation.description == "$0 && $1 && $2 && $3 && $4 && ($5 || $6)")
            #expect(detail.price?.description == "12.70")
            #expect(detail.options.map { $0.price?.description } == ["4.00", "10.00"])
            #expect(!detail.hasSearch)
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
