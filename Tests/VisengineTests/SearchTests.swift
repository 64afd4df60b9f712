import BaseKit
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1))) struct SearchTests {
    private static let found =
        #"{\"indice_1\":{\"Nome\":\"B\"},\"indice_0\":{\"Nome\":\"A\",\"NRea\":{\"!\":\"7\"}},\"x\":1}"#

    private static func order(_ members: String) throws -> Order {
        try Order(json: JSONValue(parsing: Array(#"{"_id": "65f0c0ffee0123456789abcd", \#(members)}"#.utf8)))
    }

    @Test func readsResultsFromTextAndInTheOrderOfTheirNumbers() throws {
        let order = try Self.order(
            #""ricerche": [{"id_ricerca": "x_0", "json_risultato": "\#(Self.found)"}]"#
        )

        let results = try #require(order.searches.first).results
        #expect(results.map(\.index) == [0, 1])
        #expect(results.first?.facts == ["Nome": "A", "NRea": ["!": "7"]])
        #expect(try #require(order.searches.first.map(\.json)).array == nil)
        #expect(order.searches.compactMap { Search(json: $0.json) } == order.searches, "it is kept as it was read")
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var state = "In ricerca"
        var members = #""ricerca": true"#
        var searches: [String]
        var needsChoice = true
    }

    private static let evasa = #"{"id_ricerca": "x_0", "stato_ricerca": "Ricerca evasa", "json_risultato": null}"#
    private static let results =
        #"{"id_ricerca": "x_1", "stato_ricerca": "Ricerca evasa", "json_risultato": {"indice_0": {"Nome": "A"}}}"#
    private static let failed = #"{"id_ricerca": "x_2", "stato_ricerca": "Errore su richiesta dati"}"#
    private static let running = #"{"id_ricerca": "x_3", "stato_ricerca": null, "json_risultato": null}"#

    static let cases = [
        Case(testDescription: "results", searches: [results]),
        Case(testDescription: "a search that found nothing", searches: [evasa]),
        Case(testDescription: "a search that failed", searches: [failed]),
        Case(testDescription: "one of two failed", searches: [failed, results]),
        Case(testDescription: "one still runs", searches: [results, running], needsChoice: false),
        Case(testDescription: "it runs", searches: [running], needsChoice: false),
        Case(testDescription: "no search yet", searches: [], needsChoice: false),
        Case(testDescription: "results, and nothing said of the item", members: #""state": 1"#, searches: [results]),
        Case(
            testDescription: "nothing said of the item",
            members: #""state": 1"#,
            searches: [evasa],
            needsChoice: false
        ),
        Case(
            testDescription: "an item without searches",
            members: #""ricerca": false"#,
            searches: [evasa],
            needsChoice: false
        ),
        Case(
            testDescription: "chosen",
            members: #""ricerca": 1, "id_ricerca": "x_1", "indice_ricerca": 0"#,
            searches: [results],
            needsChoice: false
        ),
        Case(testDescription: "further on", state: "In erogazione", searches: [results], needsChoice: false),
    ]

    @Test(arguments: cases)
    func knowsWhetherSomebodyHasToChoose(_ test: Case) throws {
        let searches = test.searches.joined(separator: ", ")
        let order = try Self.order(
            #""stato_richiesta": "\#(test.state)", \#(test.members), "ricerche": [\#(searches)]"#
        )

        #expect(order.needsChoice == test.needsChoice)
    }

    @Test(arguments: [
        (#""motivo_annullamento": " Dati non corretti ""#, "Dati non corretti"), (#""motivo_annullamento": """#, nil),
        (#""cancellationReason": "no such company""#, "no such company"), (#""esito": null"#, nil),
    ])
    func readsWhyAnOrderWasCancelled(_ members: String, _ reason: String?) throws {
        #expect(try Self.order(members).cancellationReason == reason)
    }
}
