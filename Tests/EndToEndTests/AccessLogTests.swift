import BaseKit
import Foundation
import Subprocess
import Testing

extension EndToEnd {
    /// Who asks the door for what, for those who want to know it.
    @Suite(.timeLimit(.minutes(2)))
    struct AccessLogTests {
        private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"

        @Test func hasALineForEachRequestAndNoToken() async throws {
            try await withTestBed { bed in
                try bed.configure(source: "trustedProxies: [127.0.0.1]")
                let plain = try String(contentsOfFile: bed.configuration, encoding: .utf8)
                try (plain + "log: {access: all}\n").write(toFile: bed.configuration, atomically: true, encoding: .utf8)
                let registration = try await bed.registrations(1)[0]
                let id = try await bed.order(calledBackAt: [registration])[0]
                let url = try #require(registration["url"]?.string)
                let token = try #require(url.split(separator: "/").last)
                try await bed.receiver { receiver in
                    let headers = [
                        ("x-forwarded-for", "192.0.2.9"), ("traceparent", "00-\(Self.trace)-00f067aa0ba902b7-01"),
                    ]
                    let body = #"{"_id":"\#(id)"}"#
                    #expect(try await bed.post(url, body, headers: headers) == 200)
                    #expect(try await bed.post(url + "?token=\(token)&x=1", "{}") == 200)
                    #expect(try await bed.post(url.replacing("/callbacks/", with: "/prefix/"), "{}") == 404)
                    #expect(try await bed.post(receiver.callbacks + "/nonsense", "{}") == 401)

                    let lines = try bed.requests(of: receiver)
                    let statuses = lines.map { $0["status"] }
                    #expect(statuses == [.number("200"), .number("200"), .number("404"), .number("401")])
                    let first = try #require(lines.first)
                    #expect(first["method"]?.string == "POST" && first["level"]?.string == "info")
                    #expect(first["bytes"] == .number(String(body.utf8.count)))
                    #expect(first["peer"]?.string == "127.0.0.1" && first["client"]?.string == "192.0.2.9")
                    #expect(first["trace.id"]?.string == Self.trace)
                    #expect((first["durationSeconds"]?.double ?? -1) >= 0)
                    let paths = lines.compactMap { $0["path"]?.string }
                    #expect(paths[0].hasPrefix("/callbacks/{") && paths[1] == paths[0])
                    #expect(paths[2] == paths[0].replacing("/callbacks/", with: "/prefix/"))
                    #expect(!paths[3].contains("nonsense"))
                    #expect(try !bed.log().contains(token.suffix(43)))

                    try plain.write(toFile: bed.configuration, atomically: true, encoding: .utf8)
                    receiver.program.signal(.terminalClosed)
                    _ = try await Program.line(with: "Configuration reloaded", in: receiver.log)
                    #expect(try await bed.post(url, "{}") == 200)
                    #expect(try bed.requests(of: receiver).count == 4, "a reload turns it off")
                }
            }
        }
    }
}

extension TestBed {
    fileprivate func requests(of receiver: Receiver) throws -> [JSONValue] {
        try String(contentsOfFile: receiver.log, encoding: .utf8).split(separator: "\n")
            .map { try JSONValue(parsing: Array($0.utf8)) }
            .filter { $0["message"]?.string == "Request" }
    }

    /// Posts JSON with more header fields, and gives the status of the answer.
    func post(_ url: String, _ body: String, headers: [(String, String)]) async throws -> Int {
        try await post(Call(url: url, contentType: "application/json", body: body, headers: headers))
    }
}
