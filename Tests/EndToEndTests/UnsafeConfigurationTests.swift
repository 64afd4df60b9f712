import BaseKit
import Foundation
import Testing

extension EndToEnd {
    /// What works and is unsafe is told, and refused never.
    @Suite(.timeLimit(.minutes(1)))
    struct UnsafeConfigurationTests {
        @Test func isToldByTheCheckAndAtTheStart() async throws {
            try await withTestBed { bed in
                let folder = bed.directory + "/documents"
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
                let clean = try await bed.json(["config", "check"])
                #expect(clean["warnings"] == [])
                let text = try String(contentsOfFile: bed.configuration, encoding: .utf8)
                let exposed = text.replacing("admin: {port: 0}", with: #"admin: {host: "0.0.0.0", port: 0}"#)
                    .replacing("tokens: {", with: "tokens: {retired: [{id: k0, \(Self.secret)}], ")
                try exposed.write(toFile: bed.configuration, atomically: true, encoding: .utf8)

                let check = try await bed.command(["config", "check"])
                let json = try await bed.json(["config", "check"])
                let log = try await bed.receiver { _ in try bed.startLog() }

                #expect(check.code == 0)
                #expect(check.text.contains("is valid"))
                let place = "\(bed.configuration):3:15: warning: admin.host: "
                #expect(check.problems.contains(place + "is not a private address"))
                #expect(
                    check.problems.contains(
                        "warning: tokens.retired[0].secret: is the same secret as in an active key"
                    )
                )
                #expect(json["ok"] == true)
                #expect(json["warnings"]?.array?.compactMap { $0["key"]?.string } == Self.keys)
                for key in Self.keys { #expect(log.contains { $0.contains("warning") && $0.contains(key) }) }
            }
        }

        private static let secret = "secret: {fromEnvironment: RICEVUTA_TOKEN_KEY}"
        private static let keys = ["admin.host", "tokens.retired[0].secret"]

        @Test func aProblemOfTheFileAsAWholeHasNoLine() async throws {
            try await withTestBed { bed in
                try FileManager.default.removeItem(atPath: bed.configuration)

                let check = try await bed.json(["config", "check"])

                let problem = check["problems"]?.array?.first
                #expect(problem?["line"] == .null)
                #expect(problem?["column"] == .null)
            }
        }
    }
}

extension TestBed {
    /// The lines that receivers have written so far.
    fileprivate func startLog() throws -> [Substring] {
        try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasPrefix("serve-") }
            .flatMap { try String(contentsOfFile: "\(directory)/\($0)", encoding: .utf8).split(separator: "\n") }
    }
}
