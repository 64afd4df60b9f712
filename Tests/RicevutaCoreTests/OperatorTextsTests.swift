import Foundation
import RicevutaCore
import Testing

/// Names and sentences that people and downstream services rely on.
@Suite(.timeLimit(.minutes(1)))
struct OperatorTextsTests {
    @Test(
        arguments: [
            (.inUse(location: "/p"), "stop it, or use another"), (.tooNew(location: "/p"), "newer"),
            (.cannotOpen(location: "/p", reason: "no"), "cannot open the ledger /p: no"), (.leaseLost(job: 7), "job 7"),
            (.notFound(what: "delivery", name: "x"), "delivery 'x' not found"), (.conflict("two ids"), "two ids"),
            (.storage(doing: "recording", reason: "full"), "failure while recording: full"),
            (.noSpace(location: "/p"), "free some space"), (.unavailable(reason: "locked"), "locked; try again later"),
            (.otherVersion(location: "/p", found: 1, wanted: 2), "restart the service"), (.closed, "closing"),
        ] as [(LedgerError, String)]
    )
    func saysWhatTheLedgerCannotDo(error: LedgerError, text: String) {
        #expect("\(error)".contains(text))
        #expect(!"\(error)".contains("\n"))
    }

    @Test(
        arguments: [
            (.notFound(reason: "404"), "not found: 404"), (.notYetAvailable(retryAfter: nil), "not yet available"),
            (.unauthorized(reason: "401"), "not authorized: 401; check the API token"),
            (.transient(reason: "503", retryAfter: nil), "503"), (.permanent(reason: "422"), "422"),
        ] as [(ProviderFailure, String)]
    )
    func saysWhatTheProviderRefuses(failure: ProviderFailure, text: String) { #expect("\(failure)" == text) }

    @Test(
        arguments: [
            (.failedCheck(QuarantinedDocument(reason: "length 1", path: "q/1", size: 1)), "q/1: length 1"),
            (.tooLarge(limit: 12), "12 bytes"),
            (.io(doing: "sync", path: "/d", errno: 28), "cannot sync /d: No space left on device"),
        ] as [(ArchiveError, String)]
    )
    func saysWhatTheArchiveRefuses(error: ArchiveError, text: String) { #expect("\(error)".contains(text)) }

    @Test(
        arguments: [
            (.zip, "zip", "application/zip"), (.pdf, "pdf", "application/pdf"), (.xml, "xml", "application/xml"),
            (.p7m, "p7m", "application/pkcs7-mime"), (.other, "bin", "application/octet-stream"),
        ] as [(DocumentKind, String, String)]
    )
    func namesADocumentsKind(kind: DocumentKind, fileExtension: String, mimeType: String) {
        #expect(kind.fileExtension == fileExtension)
        #expect(kind.mimeType == mimeType)
    }

    @Test func keepsTheNamesThatOthersRelyOn() {
        #expect(
            NotificationType.allCases.map(\.rawValue)
                == [
                    "order.updated", "document.available", "order.cancelled", "order.late", "order.choice_needed",
                ]
        )
        #expect(
            CallbackVerdict.allCases.map(\.rawValue)
                == ["waiting", "confirmed", "unconfirmed", "mismatched", "skipped", "ended"]
        )
        #expect(DeliveryState.allCases.map(\.rawValue) == ["pending", "delivered", "dead", "settled"])
        #expect(JobKind.allCases.map(\.rawValue) == ["verify", "fetch", "deliver"])
        #expect(
            AlarmKind.allCases.map(\.rawValue) == [
                "retired_key", "bad_token", "tokens_differ", "undecodable", "expired_token", "went_back",
                "missed_callback", "unconfirmed_callback", "unknown_state", "other_order", "foreign_order",
                "binding_conflict", "api_unauthorized", "provider_unreachable", "order_unknown", "order_late",
                "choice_needed", "document_overdue", "document_damaged", "quarantined", "document_lost",
                "document_too_large", "document_missing", "archive_failing", "ledger_failing", "ledger_older",
                "journal_damaged",
                "disk_low", "sink_failing", "dead_letter", "sink_disabled", "sink_missing", "reload_failed",
            ]
        )
    }

    @Test(arguments: AlarmKind.allCases)
    func hasARowForEachAlarmInTheDocumentation(_ kind: AlarmKind) throws {
        let article = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/RicevutaCore/RicevutaCore.docc/Alarms.md")
        let text = try String(contentsOf: article, encoding: .utf8)

        #expect(
            text.contains("| `\(kind.rawValue)` | \(kind.severity.rawValue) | \(kind.meaning) | \(kind.cure) |"),
            "Alarms.md lacks or misquotes \(kind.rawValue)"
        )
    }

    @Test(arguments: AlarmKind.allCases)
    func saysWhatAnAlarmMeansAndWhatToDo(_ kind: AlarmKind) {
        for text in [kind.meaning, kind.cure] {
            #expect(text.hasSuffix(".") && text.first?.isLowercase != true)
        }
        #expect(kind.meaning != kind.cure)
    }
}
