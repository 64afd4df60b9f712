import BaseKit
import Foundation
import Subprocess
import Testing

extension EndToEnd {
    /// From an empty folder to the first document, with nothing but what the program prints.
    @Suite(.timeLimit(.minutes(2)))
    struct FirstHourTests {
        private static func shell(_ command: String, in directory: String) async throws -> (text: String, code: Int32) {
            let output = try await Program.output("/bin/sh", ["-c", "cd '\(directory)' && { \(command); } 2>&1"])
            return (String(decoding: output.bytes, as: UTF8.self) + output.problems, output.code)
        }

        /// The commands that a text tells to run: each on an indented line of its own.
        private static func commands(in text: String) -> [String] {
            text.split(separator: "\n").filter { $0.hasPrefix("  ") && $0.contains("ricevuta ") }.map {
                $0.trimmingCharacters(in: .whitespaces)
            }
        }

        @Test func fourCommandsLeadToTheFirstDocument() async throws {
            try await withWorkDirectory { directory in
                let program = Program.executable("ricevuta")
                let first = try await Self.shell("'\(program)' init --sandbox", in: directory)
                #expect(first.code == 0, "\(first.text)")
                let next = Self.commands(in: first.text)
                try #require(next.count == 3, "\(first.text)")

                let log = directory + "/serve.log"
                let (_, status) = try await Program.run(
                    "/bin/sh",
                    ["-c", "cd '\(directory)' && exec \(next[0])"],
                    output: log
                ) { serve in
                    _ = try await Program.line(with: "Listening", in: log)
                    let placed = try await Self.shell(next[1], in: directory)
                    #expect(placed.code == 0, "\(placed.text)")
                    let got = try await Self.shell(next[2], in: directory)
                    #expect(got.code == 0, "\(got.text)")
                    serve.signal(.terminate)
                }

                #expect(status == .exited(0))
                let files = try FileManager.default.subpathsOfDirectory(atPath: directory)
                let copies = files.filter { $0.hasSuffix(".zip") && !$0.contains("/") }
                #expect(copies.count == 1, "\(files)")
                let document = try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(copies.first ?? "")"))
                #expect(document.starts(with: Array("PK".utf8)))
                #expect(files.contains { $0.hasPrefix("documents/") && $0.hasSuffix("document.available.zip") })
                for secret in files.filter({ $0.hasPrefix("secrets/") }) {
                    let attributes = try FileManager.default.attributesOfItem(atPath: "\(directory)/\(secret)")
                    #expect(attributes[.posixPermissions] as? Int == 0o600, "\(secret)")
                }
            }
        }

        @Test func theSandboxEndsWithTheServiceEvenIfThatIsKilled() async throws {
            try await withWorkDirectory { directory in
                let program = Program.executable("ricevuta")
                _ = try await Self.shell("'\(program)' init --sandbox", in: directory)
                let text = try String(contentsOfFile: directory + "/ricevuta.yaml", encoding: .utf8)
                let base = try #require(text.split(separator: "\n").first { $0.contains("baseURL: ") })
                let port = try #require(base.split(separator: ":").last.flatMap { UInt16($0) })
                let arguments = ["--config", directory + "/ricevuta.yaml"]
                for signal in [Subprocess.Signal.terminate, .kill] {
                    let log = directory + "/\(signal).log"
                    _ = try await Program.run(program, ["serve", "--sandbox"] + arguments, output: log) { serve in
                        _ = try await Program.line(with: "Listening", in: log)
                        serve.signal(signal)
                    }
                    // The port is free again, so a sandbox can have it.
                    let sandbox = Program.executable("visengine-sandbox")
                    var isFree = false
                    for attempt in 0..<50 where !isFree {
                        let again = directory + "/again-\(signal)-\(attempt).log"
                        let run = try await Program.run(sandbox, ["--port", String(port)], output: again) { _ in
                            try await Program.line(with: "o", in: again)
                        }
                        isFree = run.result.hasPrefix("listening on")
                    }
                    #expect(isFree, "after \(signal)")
                }
            }
        }

        @Test func nothingIsOverwritten() async throws {
            try await withWorkDirectory { directory in
                let program = Program.executable("ricevuta")
                let path = directory + "/secrets/token-key"
                #expect(try await Self.shell("'\(program)' init new", in: directory).code == 0)
                let check = try await Self.shell("'\(program)' config check new/ricevuta.yaml", in: directory)
                #expect(check.code == 78, "the API token is to be filled in")
                #expect(check.text.contains("provider.token: the secret is empty"))

                try FileManager.default.createDirectory(
                    atPath: directory + "/secrets",
                    withIntermediateDirectories: true
                )
                try "mine".write(toFile: path, atomically: true, encoding: .utf8)
                let second = try await Self.shell("'\(program)' init --sandbox", in: directory)

                #expect(second.code == 73)
                #expect(second.text.contains("secrets/token-key exists already"))
                #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
                #expect(!FileManager.default.fileExists(atPath: directory + "/ricevuta.yaml"))
            }
        }

        @Test func theDoctorFindsWhatIsMissingAndThenNothing() async throws {
            try await withWorkDirectory { directory in
                let program = Program.executable("ricevuta")
                _ = try await Self.shell("'\(program)' init --sandbox", in: directory)

                let before = try await Self.shell("'\(program)' doctor", in: directory)
                #expect(before.code == 1)
                #expect(before.text.contains("✗  provider"), "\(before.text)")
                #expect(before.text.contains("✗  service"))
                #expect(before.text.contains("-> start it: ricevuta serve"))

                try FileManager.default.moveItem(
                    atPath: directory + "/secrets/token-key",
                    toPath: directory + "/token-key"
                )
                let partly = try await Self.shell("'\(program)' doctor", in: directory)
                #expect(partly.code == 1)
                #expect(partly.text.contains("✗  configuration"), "\(partly.text)")
                #expect(partly.text.contains("✓  disk"), "what needs no secrets is looked at all the same")
                try FileManager.default.moveItem(
                    atPath: directory + "/token-key",
                    toPath: directory + "/secrets/token-key"
                )

                let log = directory + "/serve.log"
                _ = try await Program.run(
                    "/bin/sh",
                    ["-c", "cd '\(directory)' && exec '\(program)' serve --sandbox"],
                    output: log
                ) { _ in
                    _ = try await Program.line(with: "Listening", in: log)
                    let well = try await Self.shell("'\(program)' doctor --json", in: directory)
                    let json = try JSONValue(parsing: Array(well.text.utf8))
                    let failed = json["checks"]?.array?.filter { $0["state"] == "failed" || $0["state"] == "skipped" }
                    #expect(well.code == 0 && failed == [], "\(well.text)")
                    let names = json["checks"]?.array?.compactMap { $0["name"]?.string } ?? []
                    for name in ["provider", "token", "clock", "public address", "sink folder", "ledger", "service"] {
                        #expect(names.contains(name), "\(names)")
                    }
                    let connected = try await Self.shell("'\(program)' config check --connect", in: directory)
                    #expect(connected.code == 0, "\(connected.text)")

                    try "other\n".write(
                        toFile: directory + "/secrets/provider-token",
                        atomically: false,
                        encoding: .utf8
                    )
                    let refused = try await Self.shell("'\(program)' config check --connect", in: directory)
                    #expect(refused.code == 1)
                    #expect(refused.text.contains("failed  token"), "\(refused.text)")
                    #expect(refused.text.contains("ok      provider"), "\(refused.text)")
                }
            }
        }
    }
}
