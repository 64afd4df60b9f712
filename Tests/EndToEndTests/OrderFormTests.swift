import BaseKit
import Foundation
import Testing

extension EndToEnd {
    /// The catalogue, and an order that is placed in a terminal.
    @Suite(.timeLimit(.minutes(2)))
    struct OrderFormTests {
        @Test func theCatalogueSaysWhatAnItemWants() async throws {
            try await withTestBed { bed in
                let items = try #require(try await bed.json(["item", "list", "pensione"]).array)
                let names = items.compactMap { $0["name"]?.string }
                #expect(names.contains("Pensione Vecchiaia"))
                #expect(names.allSatisfy { $0.lowercased().contains("pensione") })

                let shown = try await bed.command(["item", "show", "pensione vecchiaia"])
                #expect(shown.code == 0, "\(shown.problems)")
                for text in ["12.70 EUR", "$4  CODICE FISCALE  (tax code of a person, required)", "urgenza"] {
                    #expect(shown.text.contains(text), "\(shown.text)")
                }
                let json = try await bed.json(["item", "show", "e767a64dec5b382cbff27b3e46f41441"])
                #expect(json["fields"]?.array?.first?["name"] == "Nome")
                let wrong = try await bed.command(["item", "show", "Pensione Vechiaia"])
                #expect(wrong.code == 66)
                #expect(wrong.problems.contains("did you mean \"Pensione Vecchiaia\"?"), "\(wrong.problems)")
                let placed = try await bed.command(["order", "place", "Cariche", "--yes"])
                #expect(placed.code == 66)
                #expect(placed.problems.contains("Cariche Attive Persona"), "\(placed.problems)")
            }
        }

        @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script")))
        func aTerminalIsAskedFieldByFieldAndWhatIsInvalidAgain() async throws {
            try await withTestBed { bed in
                let name = "Cariche Attive Persona"
                let fields = try #require(try await bed.json(["item", "show", name])["fields"]?.array)
                #expect(fields.count == 1 && fields.first?["type"] == "tax code", "\(fields)")

                let shown = try await inTerminal(
                    ["order", "place", name, "--config", bed.configuration],
                    answers: ["", "SMPDAA50A41H501X", "SMPDAA50A41H501R", "y"],
                    bed
                )

                #expect(shown.contains("must not be empty"), "\(shown)")
                #expect(shown.contains("has a wrong check digit (typo?)"), "\(shown)")
                #expect(shown.contains("Place an order for \"\(name)\""), "\(shown)")
                #expect(shown.contains("placed order "), "\(shown)")
                #expect(try await bed.json(["order", "list"]).array?.count == 1)

                let cancelled = try await inTerminal(
                    ["order", "place", name, "--config", bed.configuration],
                    answers: ["SMPDAA50A41H501R", "n"],
                    bed
                )
                #expect(cancelled.contains("cancelled: no order was placed"))
                #expect(try await bed.json(["order", "list"]).array?.count == 1)
            }
        }

        /// Runs a command in a terminal of its own, lines typed ahead.
        private func inTerminal(_ arguments: [String], answers: [String], _ bed: TestBed) async throws -> String {
            let typed = bed.directory + "/typed"
            try (answers.joined(separator: "\n") + "\n").write(toFile: typed, atomically: true, encoding: .utf8)
            let words = [Program.executable("ricevuta")] + arguments
            let command = words.map { "'\($0)'" }.joined(separator: " ")
            let output = try await Program.output(
                "/bin/sh",
                ["-c", "script -qec \"\(command)\" /dev/null < '\(typed)'"],
                environment: TestBed.environment
            )
            return String(decoding: output.bytes, as: UTF8.self)
        }
    }
}
