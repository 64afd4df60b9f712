import BaseKit
import Testing
import Visengine
import VisengineSandbox

/// The calls that only the provider's own client makes.
@Suite(.timeLimit(.minutes(1)))
struct ClientCallTests {
    @Test func anOrderIsCancelledAndToldOnce() async throws {
        try await withCatcher(SandboxConfiguration(credit: Price(thousandths: 12_700))) { wire, catcher in
            let id = try await wire.place(Samples.pension(Samples.callback(catcher.url)))

            let answer = try await wire.send(.delete, "/richiesta/\(id)", ["motivo": "Per prova"])
            await wire.sandbox.callbacksSettled()

            #expect(answer.data["stato_richiesta"] == "Annullata")
            #expect(answer.data["motivo_annullamento"] == "Per prova")
            #expect(try catcher.states() == ["In erogazione", "Annullata"])
            let again = try await wire.send(.delete, "/richiesta/\(id)")
            #expect(again.status == 409)
            _ = try await wire.place()  // The money is back.
        }
    }

    @Test(arguments: [
        ("7", "400/201 Invalid id"), ("65f0c0ffee0123456789abcd", "404/202 no request matches this id: "),
    ])
    func anUnknownOrderIsNotCancelled(id: String, summary: String) async throws {
        try await withSandbox { wire in
            let answer = try await wire.send(.delete, "/richiesta/" + id)

            #expect(answer.summary.hasPrefix(summary))
        }
    }

    @Test func suppliersAreListedAndShown() async throws {
        try await withSandbox { wire in
            let list = try #require(try await wire.send(.get, "/fornitori").data.array)
            let email = try #require(list.first?["email"]?.string)

            #expect(try await wire.send(.get, "/fornitori/" + email).data == list.first)
            #expect(try await wire.send(.get, "/fornitori/nobody@example.test").status == 404)
        }
    }
}
