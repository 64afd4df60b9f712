import BaseKit
import Foundation
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
                try await bed.receiver { receiver in
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
                    #expect(try await bed.alarms(of: receiver, "unconfirmed_callback") == 1)
                    let line = try #require(try bed.lines(of: receiver, alarm: "unconfirmed_callback").first)
                    #expect(line["order.id"]?.string == id && line["claimed"]?.string == "fulfilled")
                    #expect(line["peer"]?.string == "127.0.0.1" && line["level"]?.string == "warning")
                }
            }
        }

        /// A real callback of an order that was placed before its key was taken out of the configuration.
        @Test func aKeyThatIsNotConfiguredIsNamedOnceHoweverManyComeWithIt() async throws {
            try await withTestBed { bed in
                let url = try #require(try await bed.registrations(1)[0]["url"]?.string)
                let key = "{id: k1, secret: {fromEnvironment: RICEVUTA_TOKEN_KEY}}"
                try bed.configure(key, as: "{id: k2, secret: {fromEnvironment: RICEVUTA_NEXT_TOKEN_KEY}}")
                try await bed.receiver { receiver in
                    for _ in 0..<10 { #expect(try await bed.post(url, "{}") == 401) }

                    #expect(try await bed.alarms(of: receiver, "bad_token") == 10)
                    let refusals = #"ricevuta_refusals_total{reason="unknown_key"}"#
                    #expect(try await bed.metric(refusals, of: receiver) == 10)
                    let lines = try bed.lines(of: receiver, alarm: "bad_token")
                    #expect(lines.count == 1)
                    #expect(lines.first?["token.key"]?.string == "k1")
                    #expect(lines.first?["reason"]?.string == "unknown_key")
                    let token = try #require(url.split(separator: "/").last)
                    #expect(try !bed.log().contains(token.suffix(43)))
                }
            }
        }
    }
}

extension TestBed {
    /// The log lines of a receiver with that alarm.
    func lines(of receiver: Receiver, alarm kind: String) throws -> [JSONValue] {
        try String(contentsOfFile: receiver.log, encoding: .utf8).split(separator: "\n")
            .map { try JSONValue(parsing: Array($0.utf8)) }
            .filter { $0["alarm"]?.string == kind }
    }
}
