import BaseKit
import Testing
import Visengine
import VisengineSandbox

/// Items with searches: `POST /richiesta/{_id}` and `PUT /richiesta/{_id}/ricerche`.
@Suite(.timeLimit(.minutes(1)))
struct SearchTests {
    @Test func aSearchYieldsResultsAndOneIsChosen() async throws {
        let clock = TestClock()
        try await withSandbox(SandboxConfiguration(now: { clock.now })) { wire in
            let id = try await wire.place(Samples.search())
            let path = "/richiesta/\(id)"
            let running = try await wire.order(id)
            clock.pass(3)
            #expect(wire.sandbox.advance(id) == 1)
            let found = try await wire.order(id)
            #expect(wire.sandbox.advance(id) == 0, "it waits for a choice")
            clock.pass(2)

            let chosen = try await wire.send(.put, path + "/ricerche", ["id_ricerca": .string("\(id)_0"), "indice": 1])

            #expect(running["stato_richiesta"] == "In ricerca")
            #expect(running["ricerca"] == true)
            #expect(running["ricerche"]?.array?.first?["json_risultato"] == .null)
            #expect(found["stato_richiesta"] == "In ricerca")
            #expect(found["timestamp_last_update"] == 1_750_000_003)
            let search = try #require(found["ricerche"]?.array?.first)
            #expect(search["id_ricerca"] == .string("\(id)_0"))
            #expect(search["stato_ricerca"] == "Ricerca evasa")
            #expect(search["json_mappato"] == ["Denominazione/Ragione Sociale": "PROVA SRL"])
            let results = try JSONValue(parsing: Array(try #require(search["json_risultato"]?.string).utf8))
            #expect(results.object?.members.map(\.key) == ["indice_0", "indice_1"])
            #expect(chosen.data["stato_richiesta"] == "In erogazione")
            #expect(chosen.data["id_ricerca"] == .string("\(id)_0"))
            #expect(chosen.data["indice_ricerca"] == 1)
            #expect(chosen.data["timestamp_stati"] == ["in_ricerca": 1_750_000_000, "in_erogazione": 1_750_000_005])
            #expect(wire.sandbox.finish(id) == 2)
        }
    }

    @Test func aFurtherSearchIsAdded() async throws {
        let clock = TestClock()
        try await withSandbox(SandboxConfiguration(now: { clock.now })) { wire in
            let id = try await wire.place(Samples.search())
            wire.sandbox.advance(id)
            clock.pass(60)

            let added = try await wire.send(.post, "/richiesta/\(id)", ["json_visura": ["$1": "12345678903"]])

            let searches = try #require(added.data["ricerche"]?.array)
            #expect(searches.map { $0["id_ricerca"]?.string } == ["\(id)_0", "\(id)_1"])
            #expect(added.data["timestamp_stati"] == ["in_ricerca": 1_750_000_060])
            #expect(wire.sandbox.advance(id) == 1)
        }
    }

    @Test func aSearchCanFail() async throws {
        try await withSandbox { wire in
            let id = try await wire.place(Samples.search(["json_visura": ["$0": "ERRORE"]]))

            wire.sandbox.advance(id)

            let order = try await wire.order(id)
            #expect(order["stato_richiesta"] == "In ricerca")
            #expect(order["esito"]?["codice"] == "101")
            #expect(order["ricerche"]?.array?.first?["stato_ricerca"] == "Errore su richiesta dati")
            #expect(order["ricerche"]?.array?.first?["json_risultato"] == .null)
            let chosen = try await wire.send(
                .put,
                "/richiesta/\(id)/ricerche",
                ["id_ricerca": .string("\(id)_0"), "indice": 0]
            )
            #expect(chosen.summary == "428/233 indice not valid or required")
        }
    }

    @Test func searchingFollowsTheRules() async throws {
        try await withSandbox { wire in
            let search = try await wire.place(Samples.search())
            let plain = try await wire.place()
            let draft = try await wire.place(Samples.search(["state": 0]))
            let body: JSONValue = ["json_visura": ["$0": "ALTRA SRL"]]
            let expected: [(String, JSONValue, String)] = [
                ("7", body, "400/219 Invalid id"),
                ("65f0c0ffee0123456789abcd", body, "404/202 no request matches this id: 65f0c0ffee0123456789abcd"),
                (draft.rawValue, body, "404/221 the request is in state 0, not yet finalized"),
                (plain.rawValue, body, "409/222 this request does not allow the addition of a search"),
                (search.rawValue, [:], "428/224 json_visura required"),
                (search.rawValue, ["json_visura": [:]], "412/250 Insufficient data to validate the request: "),
            ]

            for (id, body, summary) in expected {
                let answer = try await wire.send(.post, "/richiesta/" + id, body)
                #expect(answer.summary.hasPrefix(summary))
            }
            #expect(try await wire.order(search)["ricerche"]?.array?.count == 1)
        }
    }

    @Test func choosingFollowsTheRules() async throws {
        try await withSandbox { wire in
            let search = try await wire.place(Samples.search())
            let plain = try await wire.place()
            let first: JSONValue = .string("\(search)_0")
            let early = try await wire.send(.put, "/richiesta/\(search)/ricerche", ["id_ricerca": first, "indice": 0])
            wire.sandbox.advance(search)
            let direct =
                "409/230 the request does not produce results to choose from, it is processed directly with the POST"
            let expected: [(String, JSONValue, String)] = [
                ("65f0c0ffee0123456789abcd", ["indice": 0], "404/228 no requests matches this id: "),
                (plain.rawValue, ["id_ricerca": .string("\(plain)_0"), "indice": 0], direct),
                (search.rawValue, ["id_ricerca": first], "428/233 indice not valid or required"),
                (search.rawValue, ["id_ricerca": first, "indice": "x"], "428/233 indice not valid or required"),
                (search.rawValue, ["id_ricerca": first, "indice": 2], "428/233 indice not valid or required"),
                (search.rawValue, ["id_ricerca": "x_0", "indice": 0], "428/233 indice not valid or required"),
                (search.rawValue, ["indice": 0], "428/233 indice not valid or required"),
                (search.rawValue, ["id_ricerca": first, "indice": -1], "400/234 indice must be >= 0"),
            ]

            #expect(early.summary == "428/233 indice not valid or required")
            for (id, body, summary) in expected {
                let answer = try await wire.send(.put, "/richiesta/\(id)/ricerche", body)
                #expect(answer.summary.hasPrefix(summary))
            }
            let good: JSONValue = ["id_ricerca": first, "indice": 0]
            #expect(try await wire.send(.put, "/richiesta/\(search)/ricerche", good).status == 200)
            #expect(try await wire.send(.put, "/richiesta/\(search)/ricerche", good).summary == direct)
        }
    }

    @Test func searchesAndChoicesArePaidFor() async throws {
        // 0.38 for each search, 4.78 for the result.
        try await withSandbox(SandboxConfiguration(credit: Price(thousandths: 5_000))) { wire in
            let id = try await wire.place(Samples.search())
            let body: JSONValue = ["json_visura": ["$0": "ALTRA SRL"]]
            wire.sandbox.advance(id)
            let choice: JSONValue = ["id_ricerca": .string("\(id)_0"), "indice": 0]

            #expect(
                try await wire.send(.put, "/richiesta/\(id)/ricerche", choice).summary
                    == "402/237 Insufficient Credit in Wallet: 4.62"
            )
            wire.sandbox.setCredit(Price(thousandths: 379))
            #expect(
                try await wire.send(.post, "/richiesta/\(id)", body).summary
                    == "402/225 Insufficient Credit in Wallet: 0.379"
            )
            wire.sandbox.setCredit(Price(thousandths: 380 + 4_780))
            #expect(try await wire.send(.post, "/richiesta/\(id)", body).status == 200)
            #expect(try await wire.send(.put, "/richiesta/\(id)/ricerche", choice).status == 200)
            #expect(try await wire.send(.post, "/richiesta", Samples.search()).status == 402)
        }
    }
}
