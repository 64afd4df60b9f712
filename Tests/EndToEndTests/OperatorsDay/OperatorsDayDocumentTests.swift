import BaseKit
import Foundation
import RicevutaCore
import Testing

extension EndToEnd {
    /// The operator's day: documents that do not come, or not as they should be.
    @Suite(.timeLimit(.minutes(4)))
    struct OperatorsDayDocumentTests {
        @Test func aDocumentThatArrivesDamagedIsFetchedAgain() async throws {
            try await withOperatorsDay { day in
                try await day.bed.faults(["document": ["fault": "truncatedBase64"]])
                let order = try await day.finishedOrder()

                try await day.logs(
                    "Document damaged; retrying",
                    .documentDamaged,
                    ["order.id": order, "reason": "base64"]
                )
                try await day.status("order \(order)", "The document, which the provider has", "base64", exit: 0)
                try await day.explain(order, "next attempt", "base64", "`ricevuta document fetch \(order)`")

                try await day.bed.mendProvider()
                try await day.mend("document", "fetch", order)
                try await day.isGood(order)
            }
        }

        @Test(arguments: [("wrongLength", "bytes"), ("brokenStructure", "zip")])
        func aDocumentThatFailsItsChecksIsQuarantinedAndFetchedAgain(_ fault: String, _ reason: String) async throws {
            try await withOperatorsDay { day in
                try await day.bed.faults(["document": ["fault": .string(fault)]])
                let order = try await day.finishedOrder()

                try await day.logs("Document quarantined", .quarantined, ["order.id": order, "reason": reason])
                try await day.status("1; `ricevuta document quarantine list`", exit: 1)
                try await day.explain(order, "The document, which the provider has", reason, "document fetch \(order)")
                let listed = try await day.bed.command(["document", "quarantine", "list"])
                #expect(listed.text.contains(reason) && listed.text.contains(order), "\(listed.text)")

                try await day.bed.mendProvider()
                try await day.mend("document", "fetch", order)
                try await day.isGood(order)
                #expect(try await day.bed.json(["document", "quarantine", "list"]).array?.first?["settled"] == true)
            }
        }

        /// As after hours: the order became available the day before.
        @Test(arguments: [500, 404, 429, 422])
        func aDocumentThatIsRefusedForHoursIsOverdue(_ status: Int) async throws {
            try await withOperatorsDay { day in
                try await day.bed.fail("document", with: status)
                let (order, callback) = try await day.newOrder()
                try await day.bed.advance(to: "Visura evasa")
                try await day.bed.age(order, hours: 24)
                try await day.call(callback, "Visura evasa", of: order)

                try await day.logs("Document overdue; retrying", .documentOverdue, ["order.id": order])
                try await day.status("overdue documents", "order \(order)", "The document", exit: 1)
                let said = status == 422 ? "not yet available" : "HTTP \(status)"
                try await day.explain(order, "next attempt", said, "`ricevuta document fetch \(order)`")

                try await day.bed.mendProvider()
                try await day.mend("document", "fetch", order)
                try await day.isGood(order)
            }
        }

        @Test func equalDocumentsOfTwoOrdersAreOneFileAndTwoDeliveries() async throws {
            try await withOperatorsDay { day in
                try await day.bed.faults(["quirks": ["equalDocuments"]])
                let orders = try await day.bed.finishedOrders(2)

                try await day.bed.until { try day.receiver.count("\"Document stored\"") == 2 }
                for order in orders {
                    try await day.isGood(order)
                    try await day.story(order, "document stored: zip", "published document.available: folder delivered")
                }
                let documents = try await day.bed.json(["document", "list"]).array ?? []
                #expect(Set(documents.compactMap { $0["order"]?.string }) == Set(orders))
                #expect(Set(documents.compactMap { $0["sha256"]?.string }).count == 1)
                #expect(try day.bed.deliveredDocuments().count == 2)
                let archive = day.bed.dataDirectory + "/archive/documents"
                let files = try FileManager.default.subpathsOfDirectory(atPath: archive)
                #expect(files.filter { $0.hasSuffix(".zip") }.count == 1)
            }
        }

        @Test func aDocumentThatTheArchiveHasLostIsFetchedAgain() async throws {
            try await withOperatorsDay { day in
                let order = try await day.finishedOrder()
                try await day.isGood(order)
                let document = try #require(try await day.bed.json(["document", "list"]).array?.first)
                let hash = try #require(document["sha256"]?.string)
                let path = "\(day.bed.dataDirectory)/archive/documents/\(hash.prefix(2))/\(hash).zip"
                try FileManager.default.removeItem(atPath: path)
                let deliveries =
                    try await day.bed.json(["delivery", "list", "--type", "document.available"]).array ?? []
                let delivery = try #require(deliveries.first { $0["sink"] == "service" }?["id"]?.string)
                #expect(try await day.bed.command(["delivery", "replay", delivery]).code == 0)

                try await day.logs("Document unreadable in the archive", .documentMissing, ["order.id": order])
                try await day.status("sink service", "`ricevuta archive verify --fetch`", exit: 0)
                try await day.explain(order, "1 delivery to service", "`ricevuta archive verify --fetch`")

                try await day.mend("archive", "verify", "--fetch", exit: 1)
                try await day.bed.until { try await day.bed.command(["archive", "verify"]).code == 0 }
                try await day.mend("sink", "retry", "service")
                try await day.isGood(order)
            }
        }
    }
}
