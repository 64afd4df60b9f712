import BaseKit
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1))) struct PlacingTests {
    struct Rule: Sendable, CustomTestStringConvertible {
        var type: String
        var good: [String]
        var bad: [String]
        var requirement: FieldProblem.Requirement
        var testDescription: String { "\(type): \(requirement)" }
    }

    static let rules = [
        Rule(
            type: "email",
            good: ["ada@example.test", "a+b@c.d.example"],
            bad: [
                "ada", "@example.test", "ada@example", "a b@example.test", "a@b@example.test", "a@.test", "a@-x.test",
            ],
            requirement: .email
        ),
        Rule(
            type: "codice_fiscale_persona_fisica",
            // The examples of the Italian encyclopedias, and one with letters for digits.
            good: ["RSSMRA85T10A562S", "rssmra85t10a562s", "RSSMRA85T10A56NH"],
            bad: ["RSSMRA85T10A562", "RSSMRA85T10A562SX", "RSSMRA85F10A562S", "1SSMRA85T10A562S", "12345678903"],
            requirement: .personTaxCode
        ),
        Rule(
            type: "codice_fiscale_persona_fisica",
            good: [],
            bad: ["RSSMRA85T10A562T", "RSSMRA85T11A562S"],
            requirement: .checked
        ),
        Rule(
            type: "codice_fiscale",
            good: ["RSSMRA85T10A562S", "12345678903", "00000000000"],
            bad: ["1234567890", "1234567890A", "x"],
            requirement: .taxCode
        ),
        Rule(
            type: "partita_iva",
            good: ["12345678903", "RSSMRA85T10A562S"],
            bad: ["12345678904"],
            requirement: .checked
        ),
        Rule(
            type: "cod_comune",
            good: ["H501", "a562"],
            bad: ["H50", "5501", "H5011", "ROMA"],
            requirement: .municipalityCode
        ),
        Rule(type: "cod_provincia", good: ["RM", "bs"], bad: ["R", "ROM", "R1", "12"], requirement: .provinceCode),
        Rule(
            type: "data_iso8601",
            good: ["31-12-2026", "29-02-2024"],
            bad: ["2026-12-31", "31-11-2026", "29-02-2023", "1-1-2026", "00-01-2026", "01-13-2026", "29-02-1900", "x"],
            requirement: .date
        ),
        Rule(
            type: "date",
            good: ["2026-12-31", "31-12-2026"],
            bad: ["2026-02-30", "31/12/2026"],
            requirement: .isoDate
        ),
        Rule(
            type: "file",
            good: ["a|data:application/pdf;base64,JVBERi0=", "a b.pdf|data:image/png;base64,AAAA"],
            bad: [
                "a.pdf", "data:image/png;base64,AAAA", "a|data:image/png;base64,", "a|data:image/png,AAAA",
                "a|data:x/y;base64,A*",
            ],
            requirement: .file
        ),
    ]

    @Test(arguments: rules)
    func checksByType(_ rule: Rule) {
        let field = ItemField(key: "$0", name: "Prova", type: FieldType(wireName: rule.type))
        for value in rule.good { #expect(field.problem(with: value) == nil, "\(value)") }
        for value in rule.bad {
            let problem = field.problem(with: value)
            #expect(problem == FieldProblem(field: "$0", name: "Prova", requirement: rule.requirement), "\(value)")
            #expect(problem.map { !"\($0)".contains(value) || value.utf8.count < 3 } == true, "the value shows")
        }
    }

    @Test func takesAnythingForTextAndUnknownTypes() {
        for type in ["testo", "denominazione", "catastale_foglio"] {
            #expect(ItemField(key: "$0", name: "x", type: FieldType(wireName: type)).problem(with: "è 1") == nil)
        }
    }

    @Test func checksChoicesAndEmptiness() {
        var field = ItemField(
            key: "$0",
            name: "x",
            type: .choice,
            isNullable: false,
            choices: [.init(code: "P", label: "Privato")]
        )

        #expect(field.problem(with: "P") == nil)
        #expect(field.problem(with: "Q")?.requirement == .choice(codes: ["P"]))
        #expect(field.problem(with: " ")?.requirement == .filled)
        field.isNullable = true
        #expect(field.problem(with: "") == nil)
    }

    @Test func checksAWholeOrder() throws {
        let item = try ItemDetail(json: CatalogueTests.detail)

        #expect(item.problems(in: ["$0": "Ada", "$2": "ada@example.test"], options: ["opzione_0"]).isEmpty)
        #expect(
            item.problems(in: ["$2": "ada", "$1": "X", "$77": "y"], options: ["opzione_1"]) == [
                FieldProblem(field: "$1", name: "Tipo", requirement: .choice(codes: ["P", "A"])),
                FieldProblem(field: "$0", name: "Nome", requirement: .filled),
                FieldProblem(field: "$2", name: "E-mail", requirement: .email),
                FieldProblem(field: "$77", requirement: .known),
                FieldProblem(field: "opzione_1", requirement: .option),
                FieldProblem(field: nil, requirement: .combination(item.validation)),
            ]
        )
    }

    @Test func writesAnOrderAsTheProviderReadsIt() throws {
        let placement = OrderPlacement(
            item: try #require(ItemHash(rawValue: "0a1b")),
            values: [
                "$10": "b", "$2": FileInput(name: "a|b.pdf", mediaType: "application/pdf", content: [1, 2]).wireText,
            ],
            options: ["opzione_0"],
            callback: CallbackRegistration(url: "https://hooks.example.test/v/t", method: .form, token: "t"),
            email: "ada@example.test",
            isFinal: false,
            isTest: true
        )

        let write = ProviderDialect.visengine().bodies.placement

        #expect(
            String(decoding: write(placement).encoded(), as: UTF8.self) == #"""
                {"hash_visura":"0a1b","json_visura":{"$2":"ab.pdf|data:application/pdf;base64,AQI=","$10":"b"},\#
                "opzioni":{"opzione_0":true},"callback_data":{"url":"https://hooks.example.test/v/t","method":"POST",\#
                "field":"data","data":{"ricevuta":"t"}},"email_target":"ada@example.test","state":0,"test":true}
                """#
        )
        #expect(
            write(OrderPlacement(item: placement.item, values: [:]))
                == ["hash_visura": "0a1b", "json_visura": [:], "state": 1]
        )
    }

    @Test func readsARegistrationBack() {
        let registration = CallbackRegistration(url: "https://hooks.example.test", field: "x", token: "t")

        #expect(CallbackRegistration(json: registration.json) == registration)
        #expect(CallbackRegistration(json: ["url": "u", "data": []])?.method == .form)
        #expect(CallbackRegistration(json: false) == nil)
    }
}
