import BaseKit
import Testing
import Visengine
import VisengineSandbox

/// Orders move when they are told to, and their times are the clock's.
@Suite(.timeLimit(.minutes(1)))
struct OrderLifecycleTests {
    @Test func anOrderGoesThroughItsStates() async throws {
        let clock = TestClock()
        try await withSandbox(SandboxConfiguration(now: { clock.now })) { wire in
            let id = try await wire.place()
            let placed = try await wire.order(id)
            clock.pass(7)
            #expect(wire.sandbox.advance(id) == 1)
            let available = try await wire.order(id)
            clock.pass(5)
            #expect(wire.sandbox.advance(id) == 1)
            let fulfilled = try await wire.order(id)
            clock.pass(100)
            #expect(wire.sandbox.advance(id) == 0)
            let unchanged = try await wire.order(id)

            #expect(placed["stato_richiesta"] == "In erogazione")
            #expect(placed["state"] == 1)
            #expect(placed["timestamp_creation"] == 1_750_000_000)
            #expect(placed["timestamp_stati"] == ["in_ricerca": 1_750_000_000, "in_erogazione": 1_750_000_000])
            #expect(placed["allegati"] == [])
            #expect(available["stato_richiesta"] == "Dati disponibili")
            #expect(available["timestamp_last_update"] == 1_750_000_007)
            #expect(available["allegati"] == [.string("\(id).pdf")])
            #expect(fulfilled["stato_richiesta"] == "Visura evasa")
            #expect(fulfilled["timestamp_last_update"] == 1_750_000_012)
            #expect(
                fulfilled["timestamp_stati"] == [
                    "in_ricerca": 1_750_000_000, "in_erogazione": 1_750_000_000, "dati_disponibili": 1_750_000_007,
                    "visura_evasa": 1_750_000_012,
                ]
            )
            #expect(fulfilled["timestamp_creation"] == 1_750_000_000)
            #expect(unchanged == fulfilled)
        }
    }

    @Test func anOrderHasTheMembersThatAreDocumented() async throws {
        try await withSandbox { wire in
            let id = try await wire.place(Samples.pension(["email_target": "a@example.test"]))

            let order = try await wire.order(id)

            let members = try #require(order.object?.members.map(\.key))
            #expect(
                Set(members) == [
                    "_id", "state", "hash_visura", "nome", "callback", "ricerca", "id_ricerca", "indice_ricerca",
                    "prezzo_visura", "prezzo_ricerca", "stato_richiesta", "email_target", "allegati",
                    "timestamp_creation", "timestamp_last_update", "timestamp_stati", "callback_data", "opzioni",
                    "owner", "sincrona", "ricerche", "esito",
                ]
            )
            #expect(id.rawValue.utf8.count == 24)
            #expect(order["callback_data"] == false)
            #expect(order["opzioni"] == .null)
            #expect(order["nome"] == "Pensione Vecchiaia")
            #expect(order["email_target"] == "a@example.test")
            #expect(order["esito"] == ["codice": "0", "info": "OK"])
            #expect(order["ricerche"]?.array?.first?["json_mappato"]?["COGNOME"] == "Esempio")
        }
    }

    @Test func theListIsShortAndNewestFirst() async throws {
        try await withSandbox { wire in
            let first = try await wire.place()
            let second = try await wire.place()

            let list = try #require(try await wire.send(.get, "/richiesta").data.array)

            #expect(list.map { $0["_id"]?.string } == [second.rawValue, first.rawValue])
            for left in ["callback", "allegati", "timestamp_stati", "callback_data", "opzioni", "ricerche", "esito"] {
                #expect(list.allSatisfy { $0[left] == nil }, "\(left)")
            }
        }
    }

    @Test func anEmptyListIsRefused() async throws {
        try await withSandbox { wire in
            let answer = try await wire.send(.get, "/richiesta")

            #expect(answer.summary == "404/203 no request related to your account")
            #expect(answer.json["success"] == false)
            #expect(answer.json["data"] == .null)
        }
    }

    @Test(arguments: [("7", "400/201 Invalid id"), ("65f0c0ffee0123456789abcd", nil)])
    func anUnknownOrderIsRefused(id: String, summary: String?) async throws {
        try await withSandbox { wire in
            let answer = try await wire.send(.get, "/richiesta/" + id)

            #expect(answer.summary == summary ?? "404/202 no request matches this id: \(id)")
        }
    }

    @Test func everyOrderMovesWhenNoneIsNamed() async throws {
        try await withSandbox { wire in
            let ids = [try await wire.place(), try await wire.place()]
            let draft = try await wire.place(Samples.pension(["state": 0]))

            #expect(wire.sandbox.finish() == 4)

            #expect(ids.map { wire.sandbox.report($0)?.state } == ["Visura evasa", "Visura evasa"])
            #expect(wire.sandbox.report(draft)?.state == nil)
        }
    }

    @Test func ordersBeginInSearchIfAsked() async throws {
        try await withSandbox(SandboxConfiguration(startsInSearch: true)) { wire in
            let id = try await wire.place()
            #expect(wire.sandbox.report(id)?.state == "In ricerca")

            wire.sandbox.advance(id)

            #expect(wire.sandbox.report(id)?.state == "In erogazione")
        }
    }

    @Test func ordersMoveByThemselvesIfAsked() async throws {
        try await withCatcher(SandboxConfiguration(step: .milliseconds(1))) { wire, catcher in
            let id = try await wire.place(Samples.pension(Samples.callback(catcher.url)))
            // A callback is sent for each step, so the end is seen in them.
            while wire.sandbox.report(id)?.callbacks.count != 3 { await Task.yield() }

            #expect(wire.sandbox.report(id)?.state == "Visura evasa")
            let states = try catcher.states()
            #expect(Set(states) == ["In erogazione", "Dati disponibili", "Visura evasa"])
        }
    }
}
