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
                    try await bed.until { try await bed.json(["order", "show", id])["state"] == "cancelled" }

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
                }
            }
        }
    }
}
