import BaseKit
import Foundation
import Testing

extension EndToEnd {
    /// Documents larger than the limit, and signatures while a secret is rolled.
    @Suite(.timeLimit(.minutes(3)))
    struct DocumentLimitTests {
        @Test func aDocumentThatIsTooLargeIsGivenUpUntilAnOperatorAllowsIt() async throws {
            try await withTestBed(sandbox: ["--document-size", "3MiB"]) { bed in
                try bed.configure("sinks:", as: "archive: {maxDocumentBytes: 1MiB}\nsinks:")
                let log = "limit.log"
                _ = try await bed.receiver(environment: [:], log: log) { receiver in
                    let id = try await bed.finishedOrders(1)[0]
                    try await bed.until {
                        // It is not found before the ledger has it.
                        (try? await bed.json(["order", "show", id]))?["document"] == "failed"
                    }
                    #expect(try await bed.alarms(of: receiver, "document_too_large") == 1)
                    let text = try String(contentsOfFile: "\(bed.directory)/\(log)", encoding: .utf8)
                    #expect(text.contains("`ricevuta document fetch \(id) --max-bytes SIZE`"))

                    let wrong = try await bed.command(["document", "fetch", id, "--max-bytes", "large"])
                    #expect(wrong.code == 64)
                    #expect(try await bed.command(["document", "fetch", "x"]).code == 66)
                    let allowed = try await bed.command(["document", "fetch", id, "--max-bytes", "4MiB"])
                    #expect(allowed.text == "the document of order \(id) is queued for fetching (limit 4MiB)\n")
                    try await bed.until { try bed.deliveredDocuments().count == 1 }

                    let again = try await bed.command(["document", "fetch", id])
                    #expect(again.code == 65)
                    #expect(again.problems.contains("already in the archive"))
                }
            }
        }

        @Test func aReceiverWithTheOldSecretVerifiesWhileItIsRolled() async throws {
            try await withTestBed { bed in
                let file = bed.directory + "/new-secret"
                let new = "whsec_" + Data(repeating: 8, count: 32).base64EncodedString()
                try Data(new.utf8).write(to: URL(fileURLWithPath: file))
                try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
                try bed.configure(
                    "secrets: [{fromEnvironment: RICEVUTA_WEBHOOK_SECRET}]",
                    as: "secrets: [{fromFile: ./new-secret}, {fromEnvironment: RICEVUTA_WEBHOOK_SECRET}]"
                )
                try await bed.receiver { _ in
                    _ = try await bed.finishedOrders(2)
                    try await bed.until { try await bed.status()["jobs"] == [:] }
                }
                let arrivals = try bed.downstream.arrivals()
                #expect(arrivals.count >= 4)
                #expect(arrivals.allSatisfy { $0["verified"] == true }, "its secret's signature is the second")
            }
        }
    }
}
