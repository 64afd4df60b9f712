import BaseKit
import Foundation
import TestSupport
import Testing
import Visengine

@testable import ricevuta

/// What a person is asked for an order, and what becomes of the answers.
@Suite struct OrderFormTests {
    private let item: ItemDetail

    init() throws {
        item = ItemDetail(
            item: CatalogueItem(name: "Pensione", category: "", hash: try #require(ItemHash(rawValue: "a"))),
            fields: [
                ItemField(
                    key: "$0",
                    name: "Nome",
                    type: .text,
                    isNullable: false,
                    instructions: "<b>Inserisci</b> il nome"
                ),
                ItemField(
                    key: "$1",
                    name: "Gestione",
                    type: .choice,
                    isNullable: false,
                    choices: [
                        .init(code: "P", label: "Privato", isDefault: true), .init(code: "A", label: "Azienda"),
                    ]
                ),
                ItemField(key: "$2", name: "Nato il", type: .date),
                ItemField(key: "$5", name: "Passaporto", type: .file),
                ItemField(key: "$6", name: "Patente", type: .file),
            ],
            validation: try ValidationExpression(parsing: "$0 && $1 && ($5 || $6)"),
            price: Price(thousandths: 12_700),
            options: [ItemOption(name: "opzione_0", kind: "urgenza", price: Price(thousandths: 4000))]
        )
    }

    /// Runs the form with these answers.
    private func fill(
        _ answers: [String],
        given fields: [String] = []
    ) throws -> (inputs: OrderInputs, said: [String], unused: [String]) {
        let conversation = Conversation(answers)
        let form = OrderForm(
            item: item,
            ask: { prompt in
                conversation.said.append(prompt)
                return conversation.answers.popFirst()
            },
            say: { line in conversation.said.append(line) }
        )
        var inputs = try OrderInputs(item, fields: fields, files: [], values: nil, options: [])
        try form.fill(&inputs)
        return (inputs, conversation.said, Array(conversation.answers))
    }

    /// What is said and answered.
    private final class Conversation {
        var answers: ArraySlice<String>
        var said: [String] = []

        init(_ answers: [String]) { self.answers = answers[...] }
    }

    @Test func asksInOrderAndAgainForWhatIsNotTaken() throws {
        try withTemporaryDirectory { directory in
            let file = directory + "/passaporto.pdf"
            try Data("%PDF-".utf8).write(to: URL(fileURLWithPath: file))
            let (inputs, said, unused) = try fill([
                "", "Mario", "7", "azienda", "31-02-1950", "01-02-1950", "/nowhere.pdf", "", "", file, "", "si",
            ])

            #expect(unused == [])
            #expect(inputs.values["$0"] == "Mario")
            #expect(inputs.values["$1"] == "A")
            #expect(inputs.values["$2"] == "01-02-1950")
            #expect(inputs.values["$5"]?.hasPrefix("passaporto.pdf|data:application/pdf;base64,") == true)
            #expect(inputs.options == ["opzione_0"])
            #expect(throws: Never.self) { try inputs.check(for: item) }
            let text = said.joined(separator: "\n")
            for line in [
                "Pensione, 12.70 EUR", "  Inserisci il nome", "  must not be empty", "  1  Privato (default)",
                "  choose 1 to 2, or one of the labels", "  must be a date as dd-mm-yyyy",
                "Nato il (date, dd-mm-yyyy, optional)", "No such file",
                "Still required: Passaporto or Patente", "Option urgenza for 4.00 EUR? [y/N]",
            ] {
                #expect(text.contains(line), "\(line)")
            }
        }
    }

    @Test func takesADefaultAndAsksNothingThatWasGiven() throws {
        try withTemporaryDirectory { directory in
            let file = directory + "/patente.png"
            try Data([0x89, 0x50, 0x4E, 0x47]).write(to: URL(fileURLWithPath: file))
            let (inputs, said, unused) = try fill(["", "", "", file, "n"], given: ["Nome=Mario"])

            #expect(unused == [])
            #expect(inputs.values["$1"] == "P")
            #expect(inputs.values["$2"] == nil && inputs.values["$5"] == nil)
            #expect(inputs.options == [])
            #expect(!said.contains { $0.contains("Nome (") })
        }
    }

    @Test func endsWhenTheInputEnds() {
        let failure = #expect(throws: CommandFailure.self) { _ = try fill(["Mario"]) }
        #expect(failure?.description == "cancelled: no order was placed")
    }

    @Test func aRefusalSpeaksInLabels() throws {
        let inputs = try OrderInputs(
            item,
            fields: ["0=x", "1=Pubblico"],
            files: [],
            values: nil,
            options: ["urgenzza"]
        )
        let failure = #expect(throws: CommandFailure.self) { try inputs.check(for: item) }
        let text = try #require(failure?.description)

        #expect(text.contains("$1 (Gestione) must be one of P (Privato), A (Azienda)"))
        #expect(text.contains("is not an option of this item; it has urgenza (4.00 EUR)"))
        #expect(text.contains("also required: Passaporto or Patente"))
        let byLabel = try OrderInputs(item, fields: ["gestione=privato"], files: [], values: nil, options: [])
        #expect(byLabel.values == ["$1": "P"])
    }

    @Test func aFileThatCannotBeReadIsNamedWithTheReason() {
        let failure = #expect(throws: CommandFailure.self) {
            try OrderInputs(item, fields: [], files: ["passaporto=/nowhere/x.pdf"], values: nil, options: [])
        }
        #expect(failure?.description == "Passaporto: cannot read /nowhere/x.pdf: No such file or directory")
    }

    @Test func aFileThatIsNotWhatItIsCalledIsRefused() throws {
        try withTemporaryDirectory { directory in
            let file = directory + "/x.pdf"
            try Data("hello".utf8).write(to: URL(fileURLWithPath: file))
            let failure = #expect(throws: CommandFailure.self) {
                try OrderInputs(item, fields: [], files: ["5=\(file)"], values: nil, options: [])
            }
            #expect(failure?.description.contains("its content is not what its name says") == true)
        }
    }

    @Test(arguments: [
        ("cariche", "\"Cariche Attive Persona\""), ("visura cameralle", "\"Visura Camerale\""), ("zzz", "not found;"),
    ])
    func anUnknownItemHasNearNames(_ text: String, _ proposal: String) throws {
        let hash = try #require(ItemHash(rawValue: "a"))
        let names = ["Cariche Attive Persona", "Visura Camerale", "Pensione Vecchiaia"]
        let lookup = ItemLookup(names.map { CatalogueItem(name: $0, category: "Uno", hash: hash) })

        let failure = #expect(throws: CommandFailure.self) { _ = try lookup.find(text) }
        #expect(failure?.description.contains(proposal) == true, "\(failure?.description ?? "")")
        #expect(failure?.code.exitStatus == .notFound)
        #expect(lookup.matching("attive uno").map(\.name) == ["Cariche Attive Persona"])
    }
}
