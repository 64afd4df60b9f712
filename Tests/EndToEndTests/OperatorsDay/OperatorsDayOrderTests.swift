import BaseKit
import Foundation
import RicevutaCore
import Testing

extension EndToEnd {
    /// The operator's day: orders that do not simply arrive.
    @Suite(.timeLimit(.minutes(3)))
    struct OperatorsDayOrderTests {
        @Test func aCancelledOrderSaysWhy() async throws {
            try await withOperatorsDay { day in
                let (order, callback) = try await day.processingOrder()
                try await day.bed.cancel(order, reason: "Dati non corretti")
                try await day.call(callback, "Annullata", of: order)

                try await day.bed.until { try day.receiver.count(#""state":"cancelled""#) == 1 }
                let line = try await Program.line(with: #""state":"cancelled""#, in: day.receiver.log)
                #expect(line.contains("Order state changed") && line.contains("given, see `ricevuta order show`"))
                try await day.status("1 cancelled", exit: 0)
                try await day.explain(order, "Nothing: the order was cancelled: Dati non corretti.")
            }
        }

        @Test func aSearchWaitsForAChoiceUntilItIsMade() async throws {
            try await withOperatorsDay { day in
                let (order, callback) = try await day.newOrder(item: "afa0b4cu7yd06226i5d89p00077c3j6t")
                try await day.bed.advanceOnce(order)
                try await day.call(callback, "In ricerca", of: order)

                try await day.logs(
                    "A search is done and the provider waits for a choice among its results.",
                    .choiceNeeded,
                    ["order.id": order]
                )
                try await day.status("waiting for a choice", "order \(order)", "one of 2 search results", exit: 1)
                try await day.explain(order, "one of 2 search results at the provider", "ricevuta order show \(order)")
                let shown = try await day.mend("order", "show", order)
                #expect(shown.contains("SECONDA PROVA SRL"))

                try await day.bed.choose(for: order)
                try await day.bed.advance(to: "Visura evasa")
                try await day.call(callback, "Visura evasa", of: order)
                try await day.isGood(order)
            }
        }

        @Test func anOrderPastItsPromisedTimeIsLateUntilItIsFinished() async throws {
            try await withOperatorsDay { day in
                let (order, callback) = try await day.newOrder()
                try await day.bed.age(order, hours: 14 * 24)
                try await day.call(callback, "In erogazione", of: order)

                try await day.logs(
                    "A document is not available though the provider had promised it by now.",
                    .orderLate,
                    ["order.id": order]
                )
                try await day.status("late", "order \(order)", "promised by", exit: 0)
                try await day.explain(order, "the order is processing, promised by", "which is over")
                let events = day.bed.directory + "/documents"
                try await day.bed.until {
                    try FileManager.default.subpathsOfDirectory(atPath: events)
                        .contains { $0.hasSuffix("order.late.json") }
                }

                try await day.bed.advance(to: "Visura evasa")
                try await day.call(callback, "Visura evasa", of: order)
                try await day.isGood(order)
                #expect(try await day.bed.status()["lateOrders"] == 0)
            }
        }
    }
}
