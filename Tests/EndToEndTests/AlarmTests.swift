import BaseKit
import Foundation
import Testing

extension EndToEnd {
    /// A good token in odd company is taken for the hint that it is, and told of; no token is ever told.
    @Suite(.timeLimit(.minutes(2)))
    struct AlarmTests {
        @Test func anotherOrdersBodyIsAnAlarmAndChangesNothing() async throws {
            try await withTestBed { bed in
                try await bed.receiver { receiver in
                    let registrations = try await bed.registrations(2)
                    let ids = try await bed.order(calledBackAt: registrations)
                    let url = try #require(registrations[0]["url"]?.string)
                    #expect(try await bed.post(url, #"{"data":{"_id":"\#(ids[0])"}}"#) == 200)
                    try await bed.until { try await bed.status()["callbacks"]?["confirmed"]?.int64 == 1 }

                    let claim = #"{"data":{"_id":"\#(ids[1])","stato_richiesta":"Visura evasa"}}"#
                    #expect(try await bed.post(url, claim) == 200)

                    try await bed.until { try await bed.alarms(of: receiver, "other_order") == 1 }
                    #expect(try await bed.status()["callbacks"]?["mismatched"]?.int64 == 1)
                    #expect(try await bed.json(["order", "show", ids[0]])["state"]?.string != "fulfilled")
                    #expect(try await bed.command(["order", "show", ids[1]]).code != 0, "nothing is known of it")
                }
            }
        }

        @Test func anotherOrdersTokenInTheBodyIsAnAlarm() async throws {
            try await withTestBed { bed in
                try await bed.receiver { receiver in
                    let registrations = try await bed.registrations(2)
                    let url = try #require(registrations[0]["url"]?.string)
                    let echo = JSONValue.object(["data": registrations[1]["data"] ?? .null])
                    let body = JSONValue.object(["callback_data": echo]).encoded()

                    #expect(try await bed.post(url, String(decoding: body, as: UTF8.self)) == 200)

                    #expect(try await bed.alarms(of: receiver, "tokens_differ") == 1)
                }
            }
        }

        @Test func aRetiredKeyIsAnAlarmAndNoTokenIsEverTold() async throws {
            try await withTestBed { bed in
                let registration = try await bed.registrations(1)[0]
                let url = try #require(registration["url"]?.string)
                let token = try #require(url.split(separator: "/").last).description
                let forged = String(token.dropLast(4)) + "AAAA"
                var text = try String(contentsOfFile: bed.configuration, encoding: .utf8)
                text.replace(
                    "active: {id: k1, secret: {fromEnvironment: RICEVUTA_TOKEN_KEY}}",
                    with: """
                        active: {id: k2, secret: {fromEnvironment: RICEVUTA_NEXT_TOKEN_KEY}}, \
                        retired: [{id: k1, secret: {fromEnvironment: RICEVUTA_TOKEN_KEY}}]
                        """
                )
                text += "log: {level: trace}\n"
                try text.write(toFile: bed.configuration, atomically: true, encoding: .utf8)
                try await bed.receiver { receiver in
                    let id = try await bed.order(calledBackAt: [registration])[0]
                    #expect(try await bed.post(url, #"{"data":{"_id":"\#(id)"}}"#) == 200)
                    #expect(try await bed.post(url.replacing(token, with: forged), "{}") == 401)
                    #expect(try await bed.post(url + "?token=\(token)", "{\"token\":\"\(token)\"") == 200)
                    try await bed.until { try await bed.status()["callbacks"]?["confirmed"]?.int64 == 2 }

                    #expect(try await bed.alarms(of: receiver, "retired_key") == 2)
                    let told = try await bed.metrics(of: receiver) + bed.everythingLogged()
                    #expect(told.contains("retired_key"))
                    for secret in [token, forged, String(token.suffix(43)), String(forged.suffix(43))] {
                        #expect(!told.contains(secret))
                    }
                }
            }
        }
    }
}

extension TestBed {
    /// How often an alarm of that kind was raised.
    func alarms(of receiver: Receiver, _ kind: String) async throws -> Int {
        let line = try await metrics(of: receiver).split(separator: "\n")
            .first { $0.hasPrefix("ricevuta_alarms_total{kind=\"\(kind)\"}") }
        return line.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) } ?? 0
    }

    /// All that `/metrics` says.
    func metrics(of receiver: Receiver) async throws -> String {
        try await text(receiver.admin + "/metrics")
    }

    /// The logs of all that ran.
    fileprivate func everythingLogged() throws -> String {
        try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasPrefix("serve-") }
            .map { try String(contentsOfFile: "\(directory)/\($0)", encoding: .utf8) }.joined()
    }
}
