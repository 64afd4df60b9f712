import BaseKit
import Foundation
import Testing

extension EndToEnd {
    /// Commands of an operator who has the configuration file and the ledger, and nothing else.
    @Suite(.timeLimit(.minutes(2)))
    struct OperatorCommandTests {
        /// The same names without values: a secret that is fetched is refused.
        private static let noSecrets = TestBed.environment.mapValues { _ in "" }

        @Test func whatNeedsTheLedgerAloneNeedsNoSecrets() async throws {
            try await withTestBed { bed in
                try await bed.receiver { _ in
                    let commands = [
                        ["status"], ["order", "list"], ["document", "list"], ["delivery", "list"],
                        ["dead-letter", "list"], ["dead-letter", "replay", "--all"], ["sink", "list"],
                        ["config", "check", "--without-secrets"],
                    ]
                    for arguments in commands {
                        let command = try await bed.command(arguments, environment: Self.noSecrets)
                        #expect(command.code == 0, "\(arguments): \(command.problems)")
                    }
                    for arguments in [["config", "check"], ["token", "mint"], ["order", "place", "x", "--yes"]] {
                        let command = try await bed.command(arguments, environment: Self.noSecrets)
                        #expect(command.code == 78, "\(arguments): \(command.problems)")
                    }
                }
            }
        }

        @Test func nothingIsBoughtWithoutAnAnswer() async throws {
            try await withTestBed { bed in
                let placed = try await bed.command([
                    "order", "place", "Cariche Attive Persona", "--set", "0=SMPDAA50A41H501R",
                ])

                #expect(placed.code == 64)
                #expect(placed.problems.contains("--yes"))
                #expect(try await bed.json(["order", "list"]) == [])
            }
        }

        @Test func anItemThatNeedsAChoiceIsNotBought() async throws {
            try await withTestBed { bed in
                let items = try await bed.json(["item", "list"]).array ?? []
                let names = items.compactMap { $0["name"]?.string }
                let search = try #require(names.first { $0.contains("Ricerca") })

                let placed = try await bed.command(["order", "place", search, "--yes"])

                #expect(placed.code == 65)
                #expect(placed.problems.contains("not supported yet; no order was placed"))
                #expect(try await bed.json(["order", "list"]) == [])
            }
        }

        @Test func aFilterThatNamesNothingIsRefused() async throws {
            try await withTestBed { bed in
                try await bed.receiver { _ in
                    for state in ["fulfilled", "Fulfilled", "pending", "refused", "unknown:In Pausa"] {
                        #expect(try await bed.command(["order", "list", "--state", state]).code == 0)
                    }
                    let state = try await bed.command(["order", "list", "--state", "fullfilled"])
                    #expect(state.code == 65)
                    #expect(state.problems.contains("no state 'fullfilled'; did you mean fulfilled?"))
                    for command in ["delivery", "dead-letter"] {
                        let sink = try await bed.command([command, "list", "--sink", "servce"])
                        #expect(sink.code == 65)
                        #expect(sink.problems.contains("no sink 'servce'; did you mean service?"))
                    }
                }
            }
        }

        @Test func aRefusedOrderSaysWhy() async throws {
            try await withTestBed { bed in
                try await bed.setCredit(0)
                let placed = try await bed.command([
                    "order", "place", "Cariche Attive Persona", "--set", "0=SMPDAA50A41H501R", "--yes",
                ])
                #expect(placed.code != 0)
                let order = try #require(try await bed.json(["order", "list"]).array?.first)
                let number = try #require(order["number"]?.int64)

                let shown = try await bed.json(["order", "show", String(number)])

                #expect(shown["placement"] == "refused")
                #expect(shown["problem"]?.string?.contains("cannot place the order") == true)
                let text = try await bed.command(["order", "show", String(number)]).text
                #expect(text.contains("problem"))
            }
        }
    }
}
