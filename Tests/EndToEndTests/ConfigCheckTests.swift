import BaseKit
import Foundation
import Testing

extension EndToEnd {
    /// What the check says, `serve` says too, and both so that people and programs find the place.
    @Suite(.timeLimit(.minutes(2)))
    struct ConfigCheckTests {
        private static func ricevuta(
            _ arguments: String...
        ) async throws -> (text: String, problems: String, code: Int32) {
            let output = try await Program.output(
                Program.executable("ricevuta"),
                arguments,
                environment: TestBed.environment
            )
            return (String(decoding: output.bytes, as: UTF8.self), output.problems, output.code)
        }

        @Test func everyLineBeginsWithItsPlace() async throws {
            try await withTestBed { bed in
                try bed.configure("admin: {port: 0}", as: "admin: {prot: 0}\nlog: {level: warn}")

                let checks = [
                    try await Self.ricevuta("config", "check", bed.configuration), try await bed.command(["serve"]),
                    try await bed.command(["status"]),
                ]

                for check in checks {
                    #expect(check.code == 78)
                    let lines = check.problems.split(separator: "\n")
                    #expect(lines.count == 3)
                    #expect(lines.first?.hasPrefix("\(bed.configuration):3:9: admin.prot: ") == true)
                    #expect(lines.dropFirst().first?.hasPrefix("\(bed.configuration):4:14: log.level: ") == true)
                    #expect(lines.last == "Next: `ricevuta config example`. More: `ricevuta help RV-0203`.")
                }
                let both = try await bed.command(["config", "check", bed.configuration])
                #expect(both.code == 64, "which of the two is not for the program to choose")
                #expect(both.problems.hasPrefix("ricevuta: "))
            }
        }

        @Test func whatCannotBeServedIsRefusedBeforeItIsServed() async throws {
            try await withTestBed { bed in
                try bed.configure("listener: {", as: "listener: {tls: {certificate: c.pem, privateKey: k.pem}, ")

                for arguments in [["config", "check"], ["serve"]] {
                    let command = try await bed.command(arguments)
                    #expect(command.code == 78)
                    #expect(
                        command.problems.hasPrefix(
                            "\(bed.configuration):2:31: listener.tls.certificate: cannot be used: cannot open it"
                        ),
                        "\(command.problems)"
                    )
                }
                let alone = try await bed.command(["config", "check", "--without-secrets"])
                #expect(alone.code == 0, "elsewhere the files may be missing: \(alone.problems)")
            }
        }

        @Test func theCheckLeavesEverythingAsItIs() async throws {
            try await withTestBed { bed in
                let before = try FileManager.default.subpathsOfDirectory(atPath: bed.directory)
                // Nobody is there to be called.
                try bed.configure(bed.downstream.url, as: "http://127.0.0.1:9")

                let check = try await bed.command(["config", "check"])

                #expect(check.code == 0)
                #expect(check.problems.isEmpty)
                #expect(try FileManager.default.subpathsOfDirectory(atPath: bed.directory) == before)
            }
        }

        @Test func aFolderThatCannotBeMadeIsRefusedByTheCheckAlone() async throws {
            try await withTestBed { bed in
                try bed.configure("path: ./documents", as: "path: /proc/documents")

                let check = try await bed.command(["config", "check"])
                #expect(check.code == 78)
                #expect(check.problems.contains("sinks[0].path: cannot be created: /proc is not writable"))

                // A folder may come back: until then callbacks are received and deliveries are tried again.
                try await bed.receiver { _ in
                    let status = try await bed.command(["status"])
                    #expect(status.code == 0)
                }
            }
        }

        @Test func aBusyPortNamesItsKey() async throws {
            try await withTestBed { bed in
                try await bed.receiver { _ in
                    try bed.configure("dataDirectory: ./data", as: "dataDirectory: ./other")
                    let second = try await bed.command(["serve"])
                    #expect(second.code == 69)
                    #expect(second.problems.contains("ricevuta: listener.port: cannot listen on 127.0.0.1 port "))
                }
            }
        }

        @Test func failuresAreJSONForPrograms() async throws {
            try await withTestBed { bed in
                let order = try await bed.command(["order", "show", "nonesuch", "--json"])

                let failure = try JSONValue(parsing: Array(order.problems.utf8))
                #expect(failure["error"]?["exitCode"]?.int64 == 66)
                #expect(failure["error"]?["code"]?.string?.hasPrefix("RV-0") == true)
                #expect(failure["error"]?["next"]?.string?.hasPrefix("ricevuta ") == true)
                #expect(failure["error"]?["message"]?.string?.contains("no ledger") == true)
                #expect(order.text.isEmpty)
            }
        }

        @Test func theVersionNamesTheLibraries() async throws {
            for (program, text) in [("ricevuta", "libmicrohttpd 0."), ("visengine-sandbox", "visengine-sandbox 0.")] {
                let output = try await Program.output(Program.executable(program), ["--version"])
                #expect(output.code == 0)
                #expect(String(decoding: output.bytes, as: UTF8.self).contains(text))
            }
        }

        @Test func mistakesInACommandLineAreToldLikeOthers() async throws {
            for arguments in [["nonesuch"], ["order", "list", "--limit", "0"], ["order", "list", "--nonesuch"]] {
                let output = try await Program.output(Program.executable("ricevuta"), arguments)
                #expect(output.code == 64)
                #expect(output.problems.hasPrefix("ricevuta: "), "\(output.problems)")
            }
        }
    }
}
