import BaseKit
import Foundation
import Testing

extension EndToEnd {
    /// The commands as people and scripts use them.
    @Suite(.timeLimit(.minutes(3)))
    struct CommandTests {
        @Test func anOrderPlacedByCommandArrivesThoughNoCallbackComes() async throws {
            try await withTestBed(reconciliation: "minReadBackInterval: 0s, firstInterval: 1s") { bed in
                try await bed.receiver { _ in
                    let placed = try await bed.json(["order", "place"] + Self.pension(in: bed))
                    let id = try #require(placed["id"]?.string)
                    let nonce = try #require(placed["nonce"]?.string)
                    #expect(placed["placement"]?.string == "placed")
                    let listed = try await bed.json(["order", "list", "--open"])
                    #expect(listed.array?.compactMap { $0["id"]?.string } == [id])

                    try await bed.advance(to: "Visura evasa")
                    try await bed.until { try await bed.json(["document", "list"]).array?.count == 1 }

                    let target = bed.directory + "/copy.zip"
                    let copied = try await bed.json(["document", "get", nonce, "--output", target])
                    let truth = try await bed.sandboxOrder(id)
                    #expect(copied["sha256"] == truth["sha256"])
                    let again = try await bed.command(["document", "get", nonce, "--output", target])
                    #expect(again.code == 73, "nothing is written over")
                    #expect(again.problems.contains("already exists"))
                    try await bed.until { try await bed.json(["order", "list", "--open"]) == [] }
                    let letters = try await bed.command(["dead-letter", "list"])
                    #expect(letters.text == "No dead letters.\n")
                }
            }
        }

        @Test func whatTheProviderWouldRefuseIsNotSent() async throws {
            try await withTestBed { bed in
                let unknown = try await bed.command(["order", "place", "Nonesuch", "--yes"])
                #expect(unknown.code == 66)
                #expect(unknown.problems.contains("Nonesuch"))

                let empty = try await bed.command(["order", "place", "Pensione Vecchiaia", "--yes"])
                #expect(empty.code == 65)
                #expect(empty.problems.contains("CODICE FISCALE"), "it says which field is missing")

                let orders = try await bed.json(["order", "list"])
                #expect(orders == [], "nothing is recorded that was never sent")
            }
        }

        @Test func commandsSayWhatIsMissing() async throws {
            try await withTestBed { bed in
                let status = try await bed.command(["status"])
                #expect(status.code == 66)
                #expect(status.problems.contains("no ledger in"))

                try await bed.receiver { _ in
                    let order = try await bed.command(["order", "show", "65f0c0ffee0123456789abcd"])
                    #expect(order.code == 66)
                    let sink = try await bed.command(["sink", "enable", "nonesuch"])
                    #expect(sink.code == 66)
                    #expect(sink.problems.contains("sink list"))
                    let second = try await bed.command(["serve"])
                    #expect(second.code == 75, "one process serves a ledger")
                }
            }
        }

        @Test func deadLettersAreShownAndDeliveredAgain() async throws {
            try await withTestBed(downstream: .stranger) { bed in
                try await bed.receiver { _ in
                    let registration = try await bed.registrations(1)[0]
                    let id = try await bed.order(calledBackAt: [registration])[0]
                    try await bed.advance(to: "Visura evasa")
                    let url = try #require(registration["url"]?.string)
                    _ = try await bed.post(url, #"{"_id":"\#(id)","stato_richiesta":"Visura evasa"}"#)
                    // The ledger takes it over a moment after the answer.
                    try await bed.until {
                        let status = try await bed.status()
                        return status["documents"] == 1 && status["jobs"] == [:]
                    }

                    let dead = try await bed.json(["dead-letter", "list"]).array ?? []
                    #expect(!dead.isEmpty && dead.allSatisfy { $0["sink"]?.string == "service" })
                    #expect(dead.allSatisfy { $0["lastError"]?.string?.contains("400") == true })
                    let status = try await bed.command(["status"])
                    #expect(status.code == 1, "a monitor sees it by the exit code")

                    let replayed = try await bed.json(["dead-letter", "replay", "--all"]).array ?? []
                    #expect(
                        Set(replayed.compactMap { $0["replayOf"]?.string }) == Set(dead.compactMap { $0["id"]?.string })
                    )
                    try await bed.until { try await bed.status()["jobs"] == [:] }
                    let arrivals = try bed.downstream.arrivals()
                    #expect(arrivals.count == 2 * dead.count)
                    #expect(
                        Set(arrivals.compactMap { $0["id"]?.string }).count == dead.count,
                        "a replay keeps the message's id"
                    )

                    let settled = try await bed.json(["delivery", "list", "--state", "settled"]).array ?? []
                    #expect(Set(settled.compactMap { $0["id"]?.string }) == Set(dead.compactMap { $0["id"]?.string }))
                    let again = try await bed.json(["dead-letter", "list"]).array ?? []
                    #expect(again.count == dead.count, "the replays died, too")
                    let pretended = try await bed.json(["dead-letter", "replay", "--all", "--dry-run"]).array ?? []
                    #expect(pretended.count == dead.count)
                    #expect(try await bed.json(["dead-letter", "dismiss", "--all"]).array?.count == dead.count)
                    #expect(try await bed.command(["status"]).code == 0, "nothing needs care any more")
                }
            }
        }

        @Test func aConfigurationIsCheckedWithPlaceAndNearestKey() async throws {
            try await withTestBed { bed in
                let text = try String(contentsOfFile: bed.configuration, encoding: .utf8)
                try text.replacing("admin: {port: 0}", with: "admin: {prot: 0}")
                    .write(toFile: bed.configuration, atomically: true, encoding: .utf8)

                let check = try await bed.command(["config", "check"])

                #expect(check.code == 78)
                #expect(check.problems.contains("ricevuta.yaml:3:9"))
                #expect(check.problems.contains("port"))
            }
        }

        /// The arguments for an order of "Pensione Vecchiaia".
        private static func pension(in bed: TestBed) throws -> [String] {
            let paper = bed.directory + "/identity.pdf"
            try "%PDF-1.4\n%%EOF\n".write(toFile: paper, atomically: true, encoding: .utf8)
            let values = bed.directory + "/values.json"
            let fields: JSONValue = [
                "Nome": "Ada", "Cognome": "Esempio", "Email": "ada@example.test",
                "Cellulare": "333 0000000", "Codice fiscale": "SMPDAA50A41H501R",
            ]
            try Data(fields.encoded()).write(to: URL(fileURLWithPath: values))
            return ["Pensione Vecchiaia", "--values", values, "--file", "5=\(paper)", "--file", "6=\(paper)", "--yes"]
        }
    }
}
