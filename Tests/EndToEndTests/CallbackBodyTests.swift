import AsyncHTTPClient
import BaseKit
import Foundation
import NIOCore
import NIOHTTP1
import Testing

extension EndToEnd {
    /// With a good token it is taken, whatever came with it, and what nobody understands is told of.
    @Suite(.timeLimit(.minutes(3)))
    struct CallbackBodyTests {
        /// A body about an order, as one sender or another writes it.
        struct Sent: Sendable {
            var headers: [(String, String)]
            var body: @Sendable (_ order: String) -> [UInt8]

            init(_ contentType: String?, coding: String? = nil, _ body: @escaping @Sendable (String) -> [UInt8]) {
                headers = contentType.map { [("Content-Type", $0)] } ?? []
                if let coding { headers.append(("Content-Encoding", coding)) }
                self.body = body
            }
        }

        private static func order(_ id: String) -> String { #"{"data":{"_id":"\#(id)","stato_richiesta":"x"}}"# }

        static let sent: [Sent] = [
            Sent("multipart/form-data; boundary=------------------------1f0a") { id in
                let head = "Content-Disposition: form-data; name=\"data\"\r\n\r\n"
                let boundary = "--------------------------1f0a"
                return Array("\(boundary)\r\n\(head)\(order(id))\r\n\(boundary)--\r\n".utf8)
            },
            Sent("application/json") { Array((order($0).dropLast() + ",}").utf8) },
            Sent("application/json") { Array("PHP Warning: x in y.php\n\(order($0))\u{0}".utf8) },
            Sent("application/json") { order($0).utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] } },
            Sent("application/x-www-form-urlencoded") {
                Array("data=\(Data(order($0).utf8).base64EncodedString())".utf8)
            },
            Sent("application/json", coding: "gzip") { gzipped(order($0)) },
            Sent("application/json") { gzipped(order($0)) },
            Sent("application/json", coding: "br") { Array(order($0).utf8) },
            Sent("application/json") { id in
                Array((order(id).dropLast(2) + ",\"x\":\"" + String(repeating: "x", count: 9 << 20) + "\"}}").utf8)
            },
        ]

        /// A gzip member of one block without compression (RFC 1952), of less than 64 KiB.
        private static func gzipped(_ text: String) -> [UInt8] {
            let bytes = Array(text.utf8)
            var checksum = CRC32()
            checksum.update(bytes)
            let count = UInt16(bytes.count)
            func little(_ value: some FixedWidthInteger, _ bytes: Int) -> [UInt8] {
                (0..<bytes).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
            }
            return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 1] + little(count, 2) + little(~count, 2) + bytes
                + little(checksum.value, 4) + little(UInt32(bytes.count), 4)
        }

        @Test func everyBodyOfAGoodTokenLeadsToItsDocument() async throws {
            try await withTestBed { bed in
                try await bed.receiver { receiver in
                    let registrations = try await bed.registrations(Self.sent.count)
                    let ids = try await bed.order(calledBackAt: registrations)
                    try await bed.advance(to: "Visura evasa")

                    for (index, sent) in Self.sent.enumerated() {
                        let url = try #require(registrations[index]["url"]?.string)
                        let status = try await bed.post(url, sent.headers, sent.body(ids[index]))
                        #expect(status == 200, "\(index)")
                    }

                    try await bed.until { try await bed.documents() == ids.count }
                    for id in ids {
                        #expect(try await bed.json(["order", "show", id])["document"]?.string == "stored")
                    }
                    #expect(try await bed.metric(#"callbacks_total{outcome="undecodable"}"#, of: receiver) == 0)
                    #expect(try await bed.metric(#"alarms_total{kind="undecodable"}"#, of: receiver) == 0)
                    // What was not quite right shows.
                    let cut = try await bed.json(["order", "show", ids[8]])["callbacks"]?.array?.first
                    #expect(cut?["problem"]?.string == "callback_too_large")
                }
            }
        }

        @Test func aBodyThatNobodyUnderstandsIsToldOfAndItsOrderFoundInTheWholeAccount() async throws {
            try await withTestBed { bed in
                try await bed.receiver { receiver in
                    let registration = try await bed.registrations(1)[0]
                    let id = try await bed.order(calledBackAt: [registration])[0]
                    let others = JSONValue.object(["url": "http://127.0.0.1:9/", "data": ["order": "A-42"]])
                    _ = try await bed.order(calledBackAt: Array(repeating: others, count: 60))
                    try await bed.advance(to: "Visura evasa")
                    let url = try #require(registration["url"]?.string)

                    let status = try await bed.post(
                        url,
                        [("Content-Type", "text/odd; x=RSSMRA")],
                        Array("RSSMRA".utf8)
                    )

                    #expect(status == 200)
                    #expect(try await bed.metric(#"callbacks_total{outcome="undecodable"}"#, of: receiver) == 1)
                    #expect(try await bed.metric(#"alarms_total{kind="undecodable"}"#, of: receiver) == 1)
                    let log = try bed.logged().split(separator: "\n")
                    let line = try #require(log.first { $0.contains("Undecodable callback") })
                    #expect(line.contains(#""level":"warning""#))
                    #expect(line.contains("callback_no_order") && line.contains("text/odd"))
                    #expect(!log.joined().contains("RSSMRA"))
                    try await bed.until { try await bed.documents() == 1 }
                    let shown = try await bed.command(["order", "show", id]).text
                    #expect(shown.contains("callback_no_order"))
                    let callback = try await bed.json(["order", "show", id])["callbacks"]?.array?.first
                    #expect(callback?["problem"]?.string == "callback_no_order")
                }
            }
        }

        @Test func aTokenEndsSomeTimeAfterItsOrder() async throws {
            try await withTestBed { bed in
                try bed.edit("tokens: {active", "tokens: {validAfterFinal: 1s, active")
                try await bed.receiver { receiver in
                    let registration = try await bed.registrations(1)[0]
                    let id = try await bed.order(calledBackAt: [registration])[0]
                    try await bed.advance(to: "Visura evasa")
                    let url = try #require(registration["url"]?.string)
                    #expect(try await bed.post(url, Self.order(id)) == 200)
                    try await bed.until { try await bed.documents() == 1 }
                    let readBacks = try await bed.json(["order", "show", id])["readBackAt"]

                    // Ten times a second, until its second is over.
                    try await bed.until {
                        let claim = #"{"_id":"\#(id)","stato_richiesta":"\#(UUID().uuidString)"}"#
                        #expect(try await bed.post(url, claim) == 200)
                        return try await bed.metric(#"alarms_total{kind="expired_token"}"#, of: receiver) > 0
                    }

                    let shown = try await bed.json(["order", "show", id])
                    #expect(shown["callbacks"]?.array?.last?["verdict"]?.string == "ended")
                    #expect(shown["callbacks"]?.array?.last?["problem"]?.string == "token_ended")
                    let ended = shown["readBackAt"]
                    #expect(try await bed.post(url, #"{"stato_richiesta":"later"}"#) == 200)
                    #expect(readBacks != nil)
                    #expect(try await bed.json(["order", "show", id])["readBackAt"] == ended)
                }
            }
        }

        @Test func aKeyThatWasTakenOutOfTheConfigurationOpensNothingAfterARestart() async throws {
            try await withTestBed { bed in
                let registration = try await bed.registrations(1)[0]
                let url = try #require(registration["url"]?.string)
                try await bed.receiver { _ in
                    let status = try await bed.post(url, "{}")
                    #expect(status == 200)
                }
                try bed.edit(
                    "id: k1, secret: {fromEnvironment: RICEVUTA_TOKEN_KEY}",
                    "id: k1, secret: {fromEnvironment: RICEVUTA_NEXT_TOKEN_KEY}"
                )

                try await bed.receiver { _ in
                    let status = try await bed.post(url, "{}")
                    #expect(status == 401)
                }
            }
        }
    }
}

extension TestBed {
    /// Posts bytes with headers, and gives the status of the answer.
    fileprivate func post(_ url: String, _ headers: [(String, String)], _ body: [UInt8]) async throws -> Int {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        request.body = .bytes(body)
        let response = try await http.execute(request, timeout: .seconds(30))
        for try await _ in response.body {}
        return Int(response.status.code)
    }

    /// The value of a counter; 0 while there is none.
    fileprivate func metric(_ name: String, of receiver: Receiver) async throws -> Int {
        let line = try await text(receiver.admin + "/metrics").split(separator: "\n")
            .first { $0.hasPrefix("ricevuta_" + name) }
        return line.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) } ?? 0
    }

    /// How many documents the archive has.
    fileprivate func documents() async throws -> Int { try await status()["documents"]?.int64.map { Int($0) } ?? 0 }

    /// The logs of all receivers.
    fileprivate func logged() throws -> String {
        try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasPrefix("serve-") }
            .map { try String(contentsOfFile: "\(directory)/\($0)", encoding: .utf8) }.joined()
    }

    /// Changes the configuration file.
    fileprivate func edit(_ text: String, _ other: String) throws {
        let old = try String(contentsOfFile: configuration, encoding: .utf8)
        let new = old.replacing(text, with: other)
        #expect(new != old)
        try new.write(toFile: configuration, atomically: true, encoding: .utf8)
    }
}
