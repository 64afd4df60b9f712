import BaseKit
import HTTPListener
import Testing
import Visengine
import VisengineSandbox

/// Which changes are told by callback: each change of state, and search results; nothing else.
@Suite(.timeLimit(.minutes(1)))
struct CallbackOccasionTests {
    @Test func eachStateIsToldOnceAsTheOrderStandsThen() async throws {
        let clock = TestClock()
        try await withCatcher(SandboxConfiguration(startsInSearch: true, now: { clock.now })) { wire, catcher in
            let id = try await wire.place(Samples.pension(Samples.callback(catcher.url)))
            var orders: [JSONValue] = []
            repeat {
                await wire.sandbox.callbacksSettled()
                orders.append(try await wire.order(id))
                clock.pass(60)
            } while wire.sandbox.advance(id) == 1

            let told = try catcher.requests.map { try #require(try JSONValue(parsing: $0.body)["data"]) }
            #expect(told == orders)
            #expect(
                told.map { $0["stato_richiesta"]?.string } == [
                    "In ricerca", "In erogazione", "Dati disponibili", "Visura evasa",
                ]
            )
        }
    }

    @Test func searchResultsAndChoicesAreTold() async throws {
        try await withCatcher { wire, catcher in
            let id = try await wire.place(Samples.search(Samples.callback(catcher.url)))
            await wire.sandbox.callbacksSettled()
            wire.sandbox.advance(id)
            await wire.sandbox.callbacksSettled()
            _ = try await wire.send(.post, "/richiesta/\(id)", ["json_visura": ["$0": "ERRORE"]])
            await wire.sandbox.callbacksSettled()
            wire.sandbox.advance(id)
            await wire.sandbox.callbacksSettled()
            let choice: JSONValue = ["id_ricerca": .string("\(id)_0"), "indice": 0]
            _ = try await wire.send(.put, "/richiesta/\(id)/ricerche", choice)
            await wire.sandbox.callbacksSettled()

            #expect(try catcher.states() == Array(repeating: "In ricerca", count: 4) + ["In erogazione"])
            let lastSearches = try catcher.requests.map {
                try JSONValue(parsing: $0.body)["data"]?["ricerche"]?.array?.last?["stato_ricerca"]
            }
            let failed: JSONValue = "Errore su richiesta dati"
            #expect(lastSearches == [.null, "Ricerca evasa", .null, failed, failed])
        }
    }

    @Test func aCancellationIsTold() async throws {
        try await withCatcher { wire, catcher in
            let id = try await wire.place(Samples.pension(Samples.callback(catcher.url)))
            await wire.sandbox.callbacksSettled()

            _ = try await wire.control("cancel", ["order": .string(id.rawValue), "reason": "prova"])
            await wire.sandbox.callbacksSettled()

            #expect(try catcher.states() == ["In erogazione", "Annullata"])
            let last = try JSONValue(parsing: try #require(catcher.requests.last).body)
            #expect(last["data"]?["motivo_annullamento"] == "prova")
        }
    }

    @Test func whatChangesNoStateIsNotTold() async throws {
        try await withCatcher { wire, catcher in
            var draft = Samples.callback(catcher.url)
            draft["state"] = 0
            let open = try await wire.place(Samples.pension(draft))
            let done = try await wire.place(Samples.pension(Samples.callback(catcher.url)))
            wire.sandbox.finish(done)
            await wire.sandbox.callbacksSettled()
            let before = catcher.requests.count

            _ = try await wire.send(.put, "/richiesta/\(open)", ["json_visura.$0": "Bice"])
            _ = try await wire.send(.put, "/richiesta/\(done)", ["state": 1])
            _ = try await wire.send(.get, "/documento/\(done)")
            wire.sandbox.advance()
            _ = try await wire.control("cancel", ["order": .string(done.rawValue)])
            await wire.sandbox.callbacksSettled()

            #expect(before == 3)
            #expect(catcher.requests.count == 3)
        }
    }

    @Test(arguments: [nil, false, nil as JSONValue, [:], ["method": "JSON"], ["url": ""]] as [JSONValue?])
    func anOrderThatNamesNoAddressHasNone(registration: JSONValue?) async throws {
        try await withSandbox { wire in
            let members = registration.map { ["callback_data": $0] as JSONObject } ?? [:]
            let id = try await wire.place(Samples.pension(members))

            wire.sandbox.finish(id)
            await wire.sandbox.callbacksSettled()

            #expect(wire.sandbox.report(id)?.callbacks == [])
            #expect(try await wire.order(id)["callback_data"] == false)
            #expect(!wire.sandbox.sendCallback(for: id))
        }
    }

    /// The first callback is under way while the order is still being answered.
    @Test func aCallbackCanComeBeforeThePlacingsAnswer() async throws {
        try await withCatcher { wire, catcher in
            wire.sandbox.setFaults { $0.lostPlacings = 1 }

            await #expect(throws: (any Error).self) {
                try await wire.send(.post, "/richiesta", Samples.pension(Samples.callback(catcher.url)))
            }
            await wire.sandbox.callbacksSettled()

            let states = try catcher.states()
            #expect(states == ["In erogazione"])
        }
    }
}
