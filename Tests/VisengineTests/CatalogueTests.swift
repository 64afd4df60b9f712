import BaseKit
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1))) struct CatalogueTests {
    static let detail: JSONValue = [
        "nome_visura": "Servizio di prova ", "nome_categoria": "Patronato", "hash_visura": "0a1b", "ricerca": 1,
        "sincrona": false, "prezzo_visura": .number("12.70"), "prezzo_ricerca": 0,
        "opzioni": [["tipo": "urgenza", "prezzo": 4, "nome": "opzione_0"]],
        "json_struttura": [
            "campi": [
                "$0": ["nome": "Nome", "tipo": "testo", "null": false, "ordine": "2"],
                "$10": ["nome": "Note", "tipo": "strano", "null": true, "ordine": "3"],
                "$2": ["nome": "E-mail", "tipo": "email", "null": "0", "ordine": "3"],
                "$1": ["nome": "Tipo", "tipo": "radio", "opzioni": ["@P": "Privato", "A": "Azienda"]],
            ],
            "validazione": "$0 && $2  ", "istruzioni": "PHA+Q2lhbzwvcD4=", "istruzioni_ricerca": "",
        ],
    ]

    @Test(
        arguments: [("50 EUR", 50_000), ("50.5 EUR", 50_500), ("50.05 EUR", 50_050), ("0.00 EUR", 0)]
            as [(String, Int64)]
    )
    func readsAnAmountThatAPersonWrote(text: String, thousandths: Int64) {
        #expect(Price(text: text) == Price(thousandths: thousandths))
    }

    @Test(arguments: ["50", "50EUR", "-1 EUR", "1,50 EUR", "1. EUR", ".5 EUR", "1.234 EUR", "1234567890 EUR", " EUR"])
    func readsNoOtherAmount(text: String) { #expect(Price(text: text) == nil) }

    @Test func readsAnItem() throws {
        let item = try ItemDetail(json: Self.detail)

        #expect(item.item.name == "Servizio di prova")
        #expect(item.fields.map(\.key) == ["$1", "$0", "$2", "$10"])
        #expect(item.fields[0].choices.map(\.code) == ["P", "A"])
        #expect(item.fields[0].choices.map(\.isDefault) == [true, false])
        #expect(item.fields[3].type == .other("strano"))
        #expect(item.fields.map(\.isNullable) == [true, false, false, true])
        #expect(item.instructions == "<p>Ciao</p>")
        #expect(item.searchInstructions == nil)
        #expect(item.price?.description == "12.70")
        #expect(item.options == [ItemOption(name: "opzione_0", kind: "urgenza", price: Price(thousandths: 4000))])
        #expect(item.hasSearch && !item.isSynchronous)
        #expect(item.validation == .all([.field("$0"), .field("$2")]))
    }

    @Test func readsAnItemOfDocuengine() throws {
        let item = try ItemDetail(json: [
            "id": "70a1", "name": "Atto", "category": "Camerali", "options": nil, "hasSearch": true, "isSync": false,
            "searchPrice": .number("0.6"), "documentPrice": .number("4.9"),
            "requestStructure": [
                "fields": [
                    "field0": ["name": "taxCode", "nameIT": "codice fiscale", "type": "taxCode", "required": true],
                    "field1": [
                        "name": "group", "type": "optionCode", "options": [["code": "A01", "description": "x"]],
                    ],
                ],
                "validation": "field0 || (field0 && field1)",
            ],
        ])

        #expect(item.fields.map(\.type) == [.taxCode, .choice])
        #expect(item.fields.map(\.isNullable) == [false, true])
        #expect(item.fields[1].choices == [ItemField.Choice(code: "A01", label: "x")])
        #expect(item.searchPrice?.description == "0.60")
        #expect(item.validation.isSatisfied(byFilled: ["field0"]))
    }

    @Test func readsTheList() throws {
        let items = try CatalogueItem.list(json: [["nome_visura": "A", "nome_categoria": "B", "hash_visura": "c1"]])

        #expect(items.map(\.json) == [["nome_visura": "A", "nome_categoria": "B", "hash_visura": "c1"]])
        #expect(throws: CatalogueDecodingError.self) { try CatalogueItem.list(json: ["a": 1]) }
        #expect(throws: CatalogueDecodingError.missingMember("hash_visura")) {
            try CatalogueItem.list(json: [["nome_visura": "A"]])
        }
    }

    @Test func addsAndWritesPrices() {
        let sum = Price(thousandths: 12_700) + Price(thousandths: 4_005)

        #expect(sum.description == "16.705")
        #expect(Price(thousandths: 4000).json == .number("4"))
        #expect(Price(thousandths: 4780).json == .number("4.78"))
        #expect(Price(json: "0.38")?.thousandths == 380)
        #expect(Price(json: nil) == nil)
    }

    static let validations: [(String, Set<String>, Bool)] = [
        ("", [], true), ("  ", [], true), ("$0", [], false), ("$0", ["$0"], true), ("$0 && $1  ", ["$0"], false),
        ("$0&&$1", ["$0", "$1"], true), ("$0 || $1 && $2", ["$0"], true), ("$0 || $1 && $2", ["$1"], false),
        ("($0 || $1) && $2", ["$0"], false), ("($0 || $1) && $2", ["$1", "$2"], true),
        ("($0 && $1 && $2) || ($0 && $1)", ["$0", "$1"], true), ("((($12)))", ["$12"], true), ("$1", ["$12"], false),
        ("field0 || (field0 && (field1||field2))", ["field1"], false),
    ]

    @Test(arguments: validations)
    func evaluatesValidations(_ text: String, _ filled: Set<String>, _ holds: Bool) throws {
        let expression = try ValidationExpression(parsing: text)

        #expect(expression.isSatisfied(byFilled: filled) == holds)
        #expect(try ValidationExpression(parsing: expression.description) == expression)
    }

    static let noValidations: [(String, ValidationExpressionError)] = [
        ("$0 &&", ValidationExpressionError.unexpectedEnd(position: 5)), ("$0 & $1", .unexpected(position: 4)),
        ("$0 $1", .unexpected(position: 3)), ("($0", .unexpectedEnd(position: 3)), ("$0)", .unexpected(position: 2)),
        ("$", .unexpectedEnd(position: 1)), ("$x", .unexpected(position: 1)), ("!$0", .unexpected(position: 0)),
        ("system('id')", .unexpected(position: 6)), ("()", .unexpected(position: 1)),
        ("|| $0", .unexpected(position: 0)),
        (String(repeating: "(", count: 40), .tooDeep(position: 32)),
        (String(repeating: " ", count: 5000), .tooLong),
    ]

    @Test(arguments: noValidations)
    func refusesWhatIsNoValidation(_ text: String, _ error: ValidationExpressionError) {
        #expect(throws: error) { try ValidationExpression(parsing: text) }
    }
}
