import BaseKit
import HTTPListener
import Testing
import VisengineSandbox

/// Callbacks that do not come, or come twice, late or in a wrong order.
@Suite(.timeLimit(.minutes(1)))
struct CallbackFaultTests {
    @Test func silenceSendsNone() async throws {
        try await withCatcher { wire, catcher in
            wire.sandbox.setFaults { $0.sendsNoCallbacks = true }
            let id = try await wire.place(Samples.pension(Samples.callback(catcher.url)))
            wire.sandbox.finish(id)
            await wire.sandbox.callbacksSettled()

            #expect(catcher.requests.isEmpty)
            #expect(wire.sandbox.report(id)?.state == "Visura evasa")
            #expect(wire.sandbox.report(id)?.callbacks == [])

            #expect(wire.sandbox.sendCallback(for: id), "one that is asked for comes all the same")
            await wire.sandbox.callbacksSettled()
            #expect(try catcher.states() == ["Visura evasa"])
        }
    }

    @Test func duplicatesAreTheSameByteForByte() async throws {
        try await withCatcher { wire, catcher in
            wire.sandbox.setFaults { $0.duplicates = 2 }

            let id = try await wire.place(Samples.pension(Samples.callback(catcher.url)))
            await wire.sandbox.callbacksSettled()

            #expect(catcher.requests.count == 3)
            #expect(Set(catcher.requests.map(\.body)).count == 1)
            let delivered = CallbackRecord(state: "In erogazione", status: 200)
            #expect(wire.sandbox.report(id)?.callbacks == [delivered, delivered, delivered])
        }
    }

    @Test(arguments: [0, 1])
    func reversedCallbacksWaitForTheLast(duplicates: Int) async throws {
        try await withCatcher { wire, catcher in
            wire.sandbox.setFaults {
                $0.reversesCallbacks = true
                $0.duplicates = duplicates
            }
            let id = try await wire.place(Samples.pension(Samples.callback(catcher.url)))
            wire.sandbox.advance(id)
            await wire.sandbox.callbacksSettled()
            #expect(catcher.requests.isEmpty)
            let waiting = try await wire.control("status").json["pendingCallbacks"]
            #expect(waiting == JSONValue(2 * (duplicates + 1)))

            wire.sandbox.advance(id)
            await wire.sandbox.callbacksSettled()

            let states = ["Visura evasa", "Dati disponibili", "In erogazione"]
            #expect(try catcher.states() == states.flatMap { Array(repeating: $0, count: duplicates + 1) })
        }
    }

    @Test func whatIsHeldIsNotLostWhenTheFaultIsTakenBack() async throws {
        try await withCatcher { wire, catcher in
            wire.sandbox.setFaults { $0.reversesCallbacks = true }
            let held = try await wire.place(Samples.pension(Samples.callback(catcher.url)))

            wire.sandbox.setFaults { $0 = SandboxFaults() }
            wire.sandbox.finish(held)
            await wire.sandbox.callbacksSettled()

            #expect(try catcher.states() == ["Visura evasa", "Dati disponibili", "In erogazione"])
            #expect(try await wire.control("status").json["pendingCallbacks"] == 0)
        }
    }

    @Test func aCallbackCanClaimAStateThatTheOrderDoesNotHave() async throws {
        try await withCatcher { wire, catcher in
            wire.sandbox.setFaults { $0.claimedState = "Visura evasa" }

            let id = try await wire.place(Samples.pension(Samples.callback(catcher.url)))
            await wire.sandbox.callbacksSettled()
            wire.sandbox.sendCallback(for: id, claiming: "Annullata", times: 2)
            await wire.sandbox.callbacksSettled()

            #expect(try catcher.states() == ["Visura evasa", "Annullata", "Annullata"])
            #expect(wire.sandbox.report(id)?.callbacks.map(\.state) == ["Visura evasa", "Annullata", "Annullata"])
            #expect(try await wire.order(id)["stato_richiesta"] == "In erogazione")
        }
    }
}
