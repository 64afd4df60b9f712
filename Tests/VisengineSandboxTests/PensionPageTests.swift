import BaseKit
import Testing
import Visengine
import VisengineSandbox

/// "Pensione Vecchiaia" is what the provider's page shows, and can be ordered as the page orders it.
@Suite(.timeLimit(.minutes(1)))
struct PensionPageTests {
    /// The hashes of the page's requests, answers and order, in this order.
    static let hashes = [
        "38934ffe45179c4d5b88e2a6b849799a", "e767a64dec5b382cbff27b3e46f41441", "5fec14002548c9ae115758500c8981ee",
    ]

    /// The page's answer to `GET /visure/{hash_visura}`, without its doubled quotes and trailing commas.
    static let page = #"""
        {"data":{"hash_visura":"e767a64dec5b382cbff27b3e46f41441","json_struttura":{"campi":{
        "$0":{"nome":"Nome","tipo":"testo","null":false,"istruzioni":"Inserisci il nome del richiedente"},
        "$1":{"nome":"COGNOME","tipo":"testo","null":false,"ordine":"1",
        "istruzioni":"Inserisci il cognome del richiedente"},
        "$2":{"nome":"Email","tipo":"email","null":false,"ordine":"4",
        "istruzioni":"Inserire l'indirizzo email del richiedente"},
        "$3":{"nome":"CELLULARE","tipo":"testo","null":false,"ordine":"3",
        "istruzioni":"Inserisci il numero di telefono del richiedente"},
        "$4":{"nome":"CODICE FISCALE","tipo":"codice_fiscale_persona_fisica","null":false,"ordine":"2",
        "istruzioni":"Inserire il codice fiscale del richiedente"},
        "$5":{"nome":"COPIA DOCUMENTO D`IDENTITÀ FRONTE RETRO","tipo":"file","null":false,"ordine":"5",
        "istruzioni":"Caricare una copia fronte retro del documento d`identità del richiedente."},
        "$6":{"nome":"COPIA CODICE FISCALE FRONTE RETRO","tipo":"file","null":false,"ordine":"6",
        "istruzioni":"Caricare una copia fronte retro del codice fiscale del richiedente."},
        "$7":{"nome":"COPIA MANDATO DI ASSISTENZA E RAPPRESENTANZA","tipo":"file","null":false,"ordine":"7",
        "istruzioni":"Caricare una copia del mandato di assistenza e rappresentanza del Caf assegnato."}},
        "validazione":"($0 && $1 && $2 && $3 && $4 && $5 && $6 && $7) || ($0 && $1 && $2 && $3 && $4 && $5 && $6)",
        "istruzioni":"","istruzioni_ricerca":""},"nome_categoria":"Patronato","nome_visura":"Pensione Vecchiaia",
        "opzioni":[{"tipo":"urgenza","prezzo":4,"nome":"opzione_0"},
        {"tipo":"assistenza_dedicata","prezzo":10,"nome":"opzione_1"}],"prezzo_ricerca":0,"prezzo_visura":12.7,
        "ricerca":false,"sincrona":false,"fornitori":[]},"success":true,"message":"","error":null}
        """#

    /// The page's request, its placeholders filled: a hash and all eight fields, nothing else.
    static func request(hash: String = hashes[0], _ change: (inout JSONObject) -> Void = { _ in }) -> JSONValue {
        let paper = "data:application/pdf;base64,JVBERi0xLjQK"
        var values: JSONObject = [
            "$0": "Ada", "$1": "Esempio", "$2": "ada@example.test", "$3": "+39 333 0000000", "$4": "RSSMRA85T10A562S",
            "$5": .string("documento.pdf|\(paper)"), "$6": .string("codice-fiscale.pdf|\(paper)"),
            "$7": .string("mandato.pdf|\(paper)"),
        ]
        change(&values)
        return ["hash_visura": .string(hash), "json_visura": .object(values)]
    }

    @Test(arguments: hashes)
    func theItemIsThePages(hash: String) async throws {
        let page = try JSONValue(parsing: Array(Self.page.utf8))
        try await withSandbox { wire in
            let answer = try await wire.send(.get, "/visure/" + hash)

            #expect(answer.status == 200)
            #expect(answer.body == page.encoded(), "members, values and their order")
        }
    }

    @Test(arguments: hashes)
    func thePagesRequestIsTaken(hash: String) async throws {
        try await withSandbox { wire in
            let answer = try await wire.send(.post, "/richiesta", Self.request(hash: hash))

            #expect(answer.summary == "200/- ")
            let shown: JSONObject = [
                "state": 1, "hash_visura": "e767a64dec5b382cbff27b3e46f41441", "nome": "Pensione Vecchiaia",
                "ricerca": false, "id_ricerca": nil, "prezzo_visura": 12.7, "prezzo_ricerca": 0,
                "indice_ricerca": nil, "stato_richiesta": "In erogazione", "email_target": nil, "allegati": [],
                "callback_data": false, "opzioni": nil, "sincrona": false, "esito": ["codice": "0", "info": "OK"],
            ]
            for member in shown.members { #expect(answer.data[member.key] == member.value, "\(member.key)") }
        }
    }

    @Test(arguments: ["/visure", "/visure/"])
    func theCatalogueLeadsToIt(path: String) async throws {
        try await withSandbox { wire in
            let list = try CatalogueItem.list(json: try await wire.send(.get, path).data)
            let pension = try #require(list.first { $0.name == "Pensione Vecchiaia" })

            let answer = try await wire.send(.post, "/richiesta", Self.request(hash: pension.hash.rawValue))

            #expect(answer.status == 200)
        }
    }

    @Test func theMandateMayBeLeftOutAndNothingElse() async throws {
        try await withSandbox { wire in
            for number in 0...7 {
                let left = Self.request { $0["$\(number)"] = nil }
                let empty = Self.request { $0["$\(number)"] = "" }
                let refusal = "412/250 Insufficient data to validate the request: $\(number) ("
                let expected = number == 7 ? "200/- " : refusal

                for body in [left, empty] {
                    let answer = try await wire.send(.post, "/richiesta", body)
                    #expect(answer.summary.hasPrefix(expected))
                }
            }
        }
    }

    @Test func thePagesPlaceholdersAreNoValues() async throws {
        let refusals = [
            ("$2", "Email", "400/209 email is considered invalid!"), ("$4", "Codice Fiscale", "400/209 $4 "),
            ("$5", "Copia Documento d'identità", "400/209 $5 "),
        ]
        try await withSandbox { wire in
            for (key, placeholder, summary) in refusals {
                let body = Self.request { $0[key] = .string(placeholder) }
                let answer = try await wire.send(.post, "/richiesta", body)
                #expect(answer.summary.hasPrefix(summary))
            }
        }
    }
}
