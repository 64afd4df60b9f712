import BaseKit
import RicevutaCore
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1)))
struct CallbackFactTests {
    private static let update = Timestamp(seconds: 1_799_999_000)

    /// A second callback beside the one that says: order `id1` is available since `update`.
    struct Second: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var provider = "visengine"
        var nonce: Character? = "n"
        var id: String? = "id1"
        var state: OrderState? = .available
        var update: Timestamp? = CallbackFactTests.update
        var search: String?
        var body = "another shape"
        var isSame = false
    }

    static let seconds = [
        Second(testDescription: "another body", isSame: true),
        Second(testDescription: "no id, the ledger knows it", id: nil, isSame: true),
        Second(testDescription: "another provider", provider: "docuengine"),
        Second(testDescription: "another order", nonce: "m"),
        Second(testDescription: "no token", nonce: nil),
        Second(testDescription: "another id", id: "id2"),
        Second(testDescription: "another state", state: .fulfilled),
        Second(testDescription: "a later update", update: update + .seconds(1)),
        Second(testDescription: "no update", update: nil),
        Second(testDescription: "a search's result", search: "Ricerca evasa"),
    ]

    @Test(arguments: seconds)
    func tellsFactsApartByWhatTheySay(_ second: Second) throws {
        let first = Second(testDescription: "the first", body: "one shape")

        #expect(try (key(of: first) == key(of: second)) == second.isSame)
    }

    @Test(arguments: [
        ("Ricerca evasa", "ricercaevasa"), ("RICERCA  EVASA\r\n", "Ricerca evasa"), ("In corso", "in\tcorso"),
    ])
    func readsASearchsStateInAnySpelling(one: String, other: String) throws {
        let first = Second(testDescription: "", search: one)
        let second = Second(testDescription: "", search: other)

        #expect(try key(of: first) == key(of: second))
    }

    @Test func comparesUnknownStatesByTheirFoldedNames() throws {
        let first = Second(testDescription: "", state: .unknown("In Pausa"))
        let second = Second(testDescription: "", state: .unknown("in pausa"))

        #expect(try key(of: first) == key(of: second))
    }

    @Test func tellsBodiesApartThatSayNothing() throws {
        let silent = { (body: String) in Second(testDescription: "", state: nil, update: nil, body: body) }

        #expect(try key(of: silent("one")) == key(of: silent("one")))
        #expect(try key(of: silent("one")) != key(of: silent("two")))
    }

    @Test func hashesTheBodyOnlyWhenItHasTo() throws {
        var hashed: [[UInt8]] = []
        let hash = { (body: [UInt8]) in
            hashed.append(body)
            return "hash"
        }

        _ = CallbackFact.key(
            of: Sample.callback(claim: CallbackClaim(state: .searching)),
            knownID: nil,
            bodyHash: hash
        )
        #expect(hashed == [])

        let key = CallbackFact.key(of: Sample.callback(body: "silent"), knownID: try Sample.id(), bodyHash: hash)
        #expect(hashed == [Array("silent".utf8)])
        #expect(key == Array("visengine||id1|body|hash".utf8))
    }

    @Test func keepsAKeyShortWhateverTheSenderWrites() throws {
        let long = Second(
            testDescription: "",
            id: String(repeating: "i", count: 64),
            state: OrderState(wireName: String(repeating: "s", count: 10_000)),
            search: String(repeating: "r", count: 10_000)
        )

        #expect(try key(of: long).count < 400)
    }

    private func key(of second: Second) throws -> [UInt8] {
        let claim = CallbackClaim(
            orderID: try second.id.map { try Sample.id($0) },
            state: second.state,
            lastUpdate: second.update,
            lastSearchState: second.search
        )
        return CallbackFact.key(
            of: Sample.callback(
                provider: try Sample.provider(second.provider),
                nonce: try second.nonce.map { try Sample.nonce($0) },
                claim: claim,
                body: second.body
            ),
            knownID: try Sample.id(),
            bodyHash: { String(decoding: $0, as: UTF8.self) }
        )
    }
}
