import BaseKit
import Testing

extension EndToEnd {
    /// What was not true changes nothing.
    @Suite(.timeLimit(.minutes(2)))
    struct ForgedCallbackTests {
        @Test func aBadTokenStoresNothing() async throws {
            try await withTestBed { bed in
                try await bed.receiver { receiver in
                    let forged = receiver.callbacks + "/v1.k1.AAAAAAAAAAAAAAAAAAAAAA.forged"
                    let answer = try await bed.post(forged, "{}")
                    #expect(answer == 401)
                    let bare = try await bed.post(receiver.callbacks, #"{"_id":"65f0c0ffee0123456789abcd"}"#)
                    #expect(bare == 401)

                    let status = try await bed.status()
                    #expect(status["callbacks"] == [:])
                    #expect(status["orders"] == [:])
                }
            }
        }

        @Test func aGoodTokenThatClaimsWhatTheAPIDoesNotShowChangesNothing() async throws {
            try await withTestBed { bed in
                try await bed.receiver { _ in
                    let registration = try await bed.registrations(1)[0]
                    let id = try await bed.order(calledBackAt: [registration])[0]
                    let url = try #require(registration["url"]?.string)
                    let claim = #"{"data":{"_id":"\#(id)","stato_richiesta":"Visura evasa"}}"#
                    let answer = try await bed.post(url, claim)
                    #expect(answer == 200)

                    try await bed.until { try await bed.status()["callbacks"]?["unconfirmed"]?.int64 == 1 }
                    let shown = try await bed.json(["order", "show", id])
                    #expect(shown["state"]?.string != "fulfilled")
                    #expect(shown["document"]?.string == "none")
                    #expect(shown["documents"] == [])
                    let arrivals = try bed.downstream.arrivals()
                    #expect(!arrivals.contains { $0["type"]?.string == "document.available" })
                }
            }
        }
    }
}
