import BaseKit
import Foundation
import Testing

extension EndToEnd {
    /// The test endpoint: shows, forwards, and answers what it is told to.
    @Suite(.timeLimit(.minutes(2)))
    struct ListenTests {
        @Test func eventsAreForwardedWithTheirSignaturesAndTheirAnswersComeBack() async throws {
            try await withTestBed { bed in
                let log = bed.directory + "/forwarding.log"
                let target = bed.downstream.url
                try await listening(["--forward-to", target, "--show"], log: log, bed) { url in
                    try bed.configure("\"\(target)/\"", as: "\"\(url)/\"")
                    try await bed.receiver { _ in
                        _ = try await bed.finishedOrders(1)
                        try await bed.until {
                            try bed.downstream.arrivals().contains { $0["type"] == "document.available" }
                        }
                        try await bed.until { try await bed.status()["deliveries"]?["pending"] == nil }
                    }
                }
                let arrivals = try bed.downstream.arrivals()
                #expect(arrivals.allSatisfy { $0["verified"] == true })
                let text = try String(contentsOfFile: log, encoding: .utf8)
                #expect(text.contains("signature valid, answered 204"))
                #expect(text.contains("\"specversion\": \"1.0\""), "the body is shown")
            }
        }

        @Test func answersWhatItIsToldTo() async throws {
            try await withTestBed { bed in
                let log = bed.directory + "/refusing.log"
                try await listening(["--answer", "503", "--delay", "10ms", "--json"], log: log, bed) { url in
                    let status = try await bed.post(url, "{}")
                    #expect(status == 503)
                }
                let line = try #require(
                    try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").first { $0.hasPrefix("{") }
                )
                #expect(try JSONValue(parsing: Array(line.utf8))["status"] == 503)
                for arguments in [
                    ["--answer", "99"], ["--until", "document.avail"], ["--timeout", "soon"], ["--forward-to", "x"],
                ] {
                    let wrong = try await Program.output(
                        Program.executable("ricevuta"),
                        ["listen", "--port", "0"] + arguments,
                        environment: TestBed.environment
                    )
                    #expect(wrong.code == 64, "\(arguments): \(wrong.problems)")
                }
            }
        }

        @Test func aSecretGoesToANewFileThatOnlyItsOwnerReads() async throws {
            try await withTestBed { bed in
                let path = bed.directory + "/webhook.secret"
                func create() async throws -> Int32 {
                    try await Program.output(Program.executable("ricevuta"), ["secret", "--out", path]).code
                }
                #expect(try await create() == 0)
                #expect(try await create() == 73)
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
                #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("whsec_"))
            }
        }

        private func listening(
            _ arguments: [String],
            log: String,
            _ bed: TestBed,
            _ body: @Sendable (String) async throws -> Void
        ) async throws {
            _ = try await Program.run(
                Program.executable("ricevuta"),
                ["listen", "--port", "0"] + arguments,
                environment: TestBed.environment,
                output: log
            ) { _ in
                let line = try await Program.line(with: "listening on ", in: log)
                try await body(String(line.dropFirst("listening on ".count)))
            }
        }
    }
}
