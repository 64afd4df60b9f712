import Testing
import Visengine

@Suite struct ValidationWordsTests {
    private static let names = ["$0": "Nome", "$1": "Cognome", "$5": "Passaporto", "$6": "Patente"]

    private func name(_ key: String) -> String { Self.names[key] ?? key }

    @Test(arguments: [
        ("", ""), ("$0", "Nome"), ("$0 && $1", "Nome and Cognome"),
        ("$0 && $1 && ($5 || $6)", "Nome, Cognome and (Passaporto or Patente)"),
        ("($0 && $1) || $5", "(Nome and Cognome) or Passaporto"), ("$9 || $5", "$9 or Passaporto"),
    ])
    func areInWords(_ text: String, _ words: String) throws {
        #expect(try ValidationExpression(parsing: text).words(name) == words)
    }

    @Test func saysWhatIsMissing() throws {
        let expression = try ValidationExpression(parsing: "$0 && $1 && ($5 || $6)")
        func missing(_ filled: Set<String>) -> [String] { expression.unmet(byFilled: filled).map { $0.words(name) } }

        #expect(missing([]) == ["Nome", "Cognome", "Passaporto or Patente"])
        #expect(missing(["$0", "$6"]) == ["Cognome"])
        #expect(missing(["$0", "$1"]) == ["Passaporto or Patente"])
        #expect(missing(["$0", "$1", "$5"]) == [])
    }

    @Test func aFieldIsRequiredWhereNothingElseWillDo() throws {
        let item = ItemDetail(
            item: CatalogueItem(name: "x", category: "", hash: try #require(ItemHash(rawValue: "a"))),
            fields: [
                ItemField(key: "$0", name: "Nome", type: .text), ItemField(key: "$5", name: "P", type: .file),
                ItemField(key: "$6", name: "Q", type: .file, isNullable: false),
                ItemField(key: "$7", name: "R", type: .text, isNullable: false),
                ItemField(key: "$8", name: "S", type: .text),
            ],
            validation: try ValidationExpression(parsing: "$0 && ($5 || $6)")
        )

        #expect(item.fields.filter(item.requires).map(\.key) == ["$0", "$7"])
    }
}
