import BaseKit
import Foundation
import Testing

extension EndToEnd {
    /// What an operator learns of an order that does not simply arrive.
    @Suite(.timeLimit(.minutes(2)))
    struct OrderLifeTests {
        @Test func aCancelledOrderSaysWhy() async throws {
            try await withTestBed { bed in
                try await bed.receiver { receiver in
                    let registration = try await bed.registrations(1)[0]
                    let id = try await bed.order(calledBackAt: [registration])[0]
                    try await bed.cancel(id, reason: "Dati di Ada Esempio non corretti")
                    let url = try #require(registration["url"]?.string)
                    #expect(try await bed.post(url, #"{"_id":"\#(id)","stato_richiesta":"Annullata"}"#) == 200)
                    try await bed.until { try await bed.json(["order", "list"]).array?.first?["state"] == "cancelled" }

                    let reason = JSONValue.string("Dati di Ada Esempio non corretti")
                    #expect(try await bed.json(["order", "show", id])["cancellationReason"] == reason)
                    let text = try await bed.command(["order", "show", id]).text
                    #expect(text.contains("Dati di Ada Esempio non corretti"))
                    #expect(!text.contains(" \n"), "no line ends with blanks")
                    let files = try FileManager.default.subpathsOfDirectory(atPath: bed.directory + "/documents")
                    let event = try #require(files.first { $0.hasSuffix("order.cancelled.json") })
                    let json = try JSONValue(
                        parsing: Array(Data(contentsOf: URL(fileURLWithPath: bed.directory + "/documents/" + event)))
                    )
                    #expect(json["data"]?["order"]?["cancellationReason"] == reason)
                    let line = try await Program.line(with: #""state":"cancelled""#, in: receiver.log)
                    #expect(line.contains("given, see `ricevuta order show`"))
                    #expect(try !bed.log().contains("Ada Esempio"), "nobody's name is logged")
                }
            }
        }

        @Test func anOrderThatWaitsForAChoiceIsTold() async throws {
            try await withTestBed { bed in
                try await bed.receiver { receiver in
                    let registration = try await bed.registrations(1)[0]
                    let search = "afa0b4cu7yd06226i5d89p00077c3j6t"
                    let id = try await bed.order(calledBackAt: [registration], item: search)[0]
                    try await bed.advanceOnce(id)
                    let url = try #require(registration["url"]?.string)
                    #expect(try await bed.post(url, #"{"_id":"\#(id)","stato_richiesta":"In ricerca"}"#) == 200)
                    try await bed.until { try await bed.status()["choicesNeeded"] == 1 }

                    let shown = try await bed.json(["order", "show", id])
                    #expect(shown["choiceNeededSince"]?.string != nil)
                    let results = try #require(shown["searches"]?.array?.first?["results"]?.array)
                    #expect(results.map { $0["index"] } == [0, 1])
                    let text = try await bed.command(["order", "show", id]).text
                    #expect(text.contains("SECONDA PROVA SRL"))
                    let status = try await bed.command(["status"])
                    #expect(status.code == 1, "somebody has to do something")
                    #expect(status.text.contains("waiting for a choice"))
                    #expect(try bed.log().contains(#""alarm":"choice_needed""#))
                    let gauge = try await bed.metric("ricevuta_ledger_choices_needed", of: receiver)
                    #expect(gauge == 1)
                    try await bed.until {
                        let files = try FileManager.default.subpathsOfDirectory(atPath: bed.directory + "/documents")
                        return files.contains { $0.hasSuffix("order.choice_needed.json") }
                    }
                    let waits = try await bed.json(["explain", id])["waitsFor"]
                    #expect(waits?["kind"] == "choice")

                    try await bed.choose(for: id)
                    _ = try await bed.command(["order", "refresh", id])

                    try await bed.until { try await bed.json(["order", "show", id])["state"] == "processing" }
                    let chosen = try await bed.json(["order", "show", id])
                    #expect(chosen["choiceNeededSince"] == .null)
                    #expect(chosen["searches"] == [], "what was found is not kept for longer")
                    #expect(try await bed.status()["choicesNeeded"] == 0)
                }
            }
        }

        /// An order that the receiver knows and that is being produced; its next poll is an hour away.
        private static func processing(_ bed: TestBed) async throws -> String {
            let registration = try await bed.registrations(1)[0]
            let id = try await bed.order(calledBackAt: [registration])[0]
            let url = try #require(registration["url"]?.string)
            #expect(try await bed.post(url, #"{"_id":"\#(id)","stato_richiesta":"In erogazione"}"#) == 200)
            // The ledger takes it over a moment after the answer.
            try await bed.until { try await bed.json(["order", "list"]).array?.first?["state"] == "processing" }
            return id
        }

        private static let slow = "minReadBackInterval: 0s, firstInterval: 1h, maxInterval: 1h"

        @Test func whatHappenedWhileNothingRanIsFoundAtTheStart() async throws {
            try await withTestBed(reconciliation: Self.slow) { bed in
                let id = try await bed.receiver { _ in try await Self.processing(bed) }
                try await bed.advance(to: "Visura evasa")

                try await bed.receiver { receiver in
                    try await bed.until(within: 30) {
                        try await bed.json(["order", "show", id])["document"] == "stored"
                    }
                    let line = try await Program.line(with: "Reading open orders back", in: receiver.log)
                    let json = try JSONValue(parsing: Array(line.utf8))
                    #expect(json["orders"]?.int64 == 1)
                    #expect(json["stoppedSeconds"]?.double != nil)
                }
            }
        }

        @Test func anOperatorHasAnOrderReadBack() async throws {
            try await withTestBed(reconciliation: Self.slow) { bed in
                let id = try await bed.receiver { _ in
                    let id = try await Self.processing(bed)
                    try await bed.advance(to: "Dati disponibili")

                    let refreshed = try await bed.command(["order", "refresh", String(id.prefix(12)).uppercased()])

                    #expect(refreshed.code == 0)
                    #expect(refreshed.text == "order \(id) is queued to be read\n")
                    #expect(refreshed.problems.isEmpty)
                    try await bed.until(within: 30) {
                        try await bed.json(["order", "show", id])["document"] == "stored"
                    }
                    return id
                }
                try await bed.advance(to: "Visura evasa")
                let refreshed = try await bed.command(["order", "refresh", "--open"])
                #expect(refreshed.problems.contains("no `ricevuta serve` is running"))
                #expect(try await bed.command(["order", "refresh"]).code == 64)
                #expect(try await bed.command(["order", "refresh", "nonesuch"]).code == 66)
                let waited = try await bed.command(["order", "show", id, "--wait", "--timeout", "10ms"])
                #expect(waited.code == 0, "its document is there before it is finished")
                try await bed.receiver { _ in
                    try await bed.until(within: 30) {
                        try await bed.json(["order", "show", id])["state"] == "fulfilled"
                    }
                }
            }
        }

        @Test func waitingGoesOnWhenTheAnswerToThePlacingIsLost() async throws {
            let pace = "minReadBackInterval: 0s, firstInterval: 500ms"
            try await withTestBed(sandbox: ["--step", "1s"], reconciliation: pace) { bed in
                try await bed.receiver { _ in
                    try await bed.faults(["lostPlacings": 1])
                    let placed = try await bed.command([
                        "order", "place", "Cariche Attive Persona", "--set", "0=SMPDAA50A41H501R", "--yes", "--wait",
                        "--timeout", "90s", "--json",
                    ])
                    #expect(placed.code == 0, "\(placed.problems)")
                    #expect(placed.problems.contains("waiting until it is found"))
                    #expect(try JSONValue(parsing: Array(placed.text.utf8))["document"] == "stored")
                }
            }
        }

        @Test func waitingEndsWhenTheTimeIsOver() async throws {
            try await withTestBed(reconciliation: Self.slow) { bed in
                let id = try await bed.receiver { _ in try await Self.processing(bed) }

                let waited = try await bed.command(["order", "show", id, "--wait", "--timeout", "300ms"])

                #expect(waited.code == 1)
                #expect(waited.problems.contains("timed out"))
                #expect(waited.problems.contains("`ricevuta explain \(id)`"))
            }
        }

        @Test func anOrdersStoryIsToldOnOneScreen() async throws {
            try await withTestBed(reconciliation: Self.slow) { bed in
                try await bed.receiver { _ in
                    let id = try await Self.processing(bed)
                    let running = try await bed.json(["explain", id])
                    #expect(running["waitsFor"]?["kind"] == "provider")
                    #expect(running["waitsFor"]?["sentence"]?.string?.contains("the order is processing") == true)
                    try await bed.advance(to: "Visura evasa")
                    _ = try await bed.command(["order", "refresh", id])
                    try await bed.until(within: 60) {
                        try await bed.json(["explain", id])["waitsFor"]?["kind"] == "nothing"
                    }

                    let told = try await bed.command(["explain", id])

                    #expect(told.problems.isEmpty)
                    for text in [
                        "first heard of by a callback", "claims processing: confirmed",
                        "read back after a callback: the provider has it, state none → processing",
                        "an operator's command: to be read back",
                        "read back for an operator: state processing → fulfilled, document to be fetched",
                        "document stored: zip", "published document.available: folder delivered after 1 attempt",
                        "Nothing: the order is finished, its document stored.",
                    ] {
                        #expect(told.text.contains(text), "\(text) in \(told.text)")
                    }
                    #expect(told.text.split(separator: "\n").count <= 24)
                    #expect(try await bed.command(["explain", "nonesuch"]).code == 66)
                    #expect(try await bed.json(["order", "list", "--item", "nonesuch"]) == [])
                    #expect(try await bed.json(["order", "list", "--since", "1h"]).array?.count == 1)
                    #expect(try await bed.json(["order", "list", "--before", id]) == [])
                }
            }
        }
    }
}
