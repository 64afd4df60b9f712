import BaseKit
import Testing
import Visengine
import VisengineSandbox

/// `/sandbox/advance`, `/sandbox/cancel` and `/sandbox/callbacks`.
@Suite(.timeLimit(.minutes(1)))
struct ControlStepsTests {
    @Test func ordersAdvanceBySteps() async throws {
        try await withSandbox(SandboxConfiguration(startsInSearch: true)) { wire in
            let first = try await wire.place()
            let second = try await wire.place()
            let name: JSONValue = .string(first.rawValue)

            var made: [JSONValue?] = []
            for body in [["order": name], [:], ["steps": 2], ["steps": 10]] as [JSONValue] {
                made.append(try await wire.control("advance", body).json["steps"])
            }

            // The first alone; both; one that the first has left and two of the second's; none.
            #expect(made == [1, 2, 3, 0])
            #expect(wire.sandbox.report(first)?.state == "Visura evasa")
            #expect(wire.sandbox.report(second)?.state == "Visura evasa")
        }
    }

    @Test(arguments: ["In ricerca", "In erogazione", "Dati disponibili", "Visura evasa"])
    func ordersAdvanceToAStateAndNeverPastIt(target: String) async throws {
        try await withSandbox(SandboxConfiguration(startsInSearch: true)) { wire in
            let states = ["In ricerca", "In erogazione", "Dati disponibili", "Visura evasa"]
            let goal = try #require(states.firstIndex(of: target))
            var ids: [OrderID] = []
            for steps in 0..<4 {
                ids.append(try await wire.place())
                wire.sandbox.advance(ids[steps], steps: steps)
            }

            let answer = try await wire.control("advance", ["to": .string(target)])

            #expect(answer.json["steps"] == JSONValue((0..<4).reduce(0) { $0 + max(0, goal - $1) }))
            #expect(ids.map { wire.sandbox.report($0)?.state } == (0..<4).map { states[max($0, goal)] })
        }
    }

    /// An answer that did not wait would come long before the last of so many.
    @Test func waitingIsForTheAnswersOfAllCallbacks() async throws {
        try await withCatcher { wire, catcher in
            let id = try await wire.place(Samples.pension(Samples.callback(catcher.url)))
            let name: JSONValue = .string(id.rawValue)
            var counts: [Int?] = []

            _ = try await wire.control("callbacks", ["order": name, "times": 300, "wait": true])
            counts.append(wire.sandbox.report(id)?.callbacks.count)
            wire.sandbox.setFaults { $0.duplicates = 299 }
            _ = try await wire.control("advance", ["order": name, "wait": true])
            counts.append(wire.sandbox.report(id)?.callbacks.count)
            _ = try await wire.control("cancel", ["order": name, "wait": true])
            counts.append(wire.sandbox.report(id)?.callbacks.count)

            #expect(counts == [301, 601, 901])
            #expect(catcher.requests.count == 901)
        }
    }

    @Test func aCallbackIsSentForAnOrderAsItStandsOrIsClaimedToStand() async throws {
        try await withCatcher { wire, catcher in
            let id = try await wire.place(Samples.pension(Samples.callback(catcher.url)))
            let name: JSONValue = .string(id.rawValue)
            await wire.sandbox.callbacksSettled()

            _ = try await wire.control("callbacks", ["order": name, "wait": true])
            _ = try await wire.control("callbacks", ["order": name, "state": "Visura evasa", "times": 2, "wait": true])

            #expect(try catcher.states() == ["In erogazione", "In erogazione", "Visura evasa", "Visura evasa"])
            #expect(wire.sandbox.report(id)?.state == "In erogazione")
        }
    }

    @Test func cancellingGivesBackWhatWasPaid() async throws {
        // 12.70 for the pension and 10.00 for its option; 0.38 for a search, whose result was not chosen yet.
        try await withSandbox(SandboxConfiguration(credit: Price(thousandths: 23_080))) { wire in
            let pension = try await wire.place(Samples.pension(["opzioni": ["opzione_1": true]]))
            let search = try await wire.place(Samples.search())
            let free = try await wire.control("orders", ["count": 1]).json["ids"]?.array?.first ?? nil
            let broke = try await wire.send(.post, "/richiesta", Samples.pension())
            #expect(broke.summary == "402/211 Insufficient Credit in Wallet: 0.00")

            var left: [String] = []
            for id in [.string(search.rawValue), free, .string(pension.rawValue)] as [JSONValue] {
                #expect(try await wire.control("cancel", ["order": id, "reason": "x"]).json == [:])
                // More than there ever was, so that it is refused and says what there is.
                let options: JSONValue = ["opzione_0": true, "opzione_1": true]
                left.append(try await wire.send(.post, "/richiesta", Samples.pension(["opzioni": options])).summary)
            }

            #expect(
                left.map { $0.replacing("402/211 Insufficient Credit in Wallet: ", with: "") } == [
                    "0.38", "0.38", "23.08",
                ]
            )
            let order = try await wire.order(pension)
            #expect(order["stato_richiesta"] == "Annullata")
            #expect(order["motivo_annullamento"] == "x")
        }
    }

    @Test func anOrderIsDatedBack() async throws {
        try await withSandbox { wire in
            let id = try await wire.place()
            let name: JSONValue = .string(id.rawValue)
            let before = try await wire.order(id)
            _ = try await wire.control("advance", ["order": name])

            #expect(try await wire.control("age", ["order": name, "hours": 48]).json == [:])

            let after = try await wire.order(id)
            func difference(_ key: String) -> Int64? {
                guard let old = before[key]?.int64, let new = after[key]?.int64 else { return nil }
                return old - new
            }
            #expect(difference("timestamp_creation") == 172_800)
            let stamp = try #require(after["timestamp_stati"]?["dati_disponibili"]?.int64)
            #expect(after["timestamp_last_update"]?.int64 == stamp)
            #expect(try await wire.control("age", ["order": name, "hours": 0]).status == 400)
        }
    }

    @Test func whatIsOverCannotBeCancelled() async throws {
        try await withSandbox { wire in
            let done = try await wire.place()
            wire.sandbox.finish(done)
            let draft = try await wire.place(Samples.pension(["state": 0]))
            let cancelled = try await wire.place()
            _ = try await wire.control("cancel", ["order": .string(cancelled.rawValue)])

            for id in [done.rawValue, draft.rawValue, cancelled.rawValue] {
                let answer = try await wire.control("cancel", ["order": .string(id)])
                #expect(answer.status == 400)
                #expect(answer.json["detail"] == "the order is a draft or finished")
            }
            #expect(wire.sandbox.report(done)?.state == "Visura evasa")
        }
    }
}
