import BaseKit
import RicevutaCore
import Synchronization
import Testing
import Visengine

@testable import Pipeline

@Suite(.timeLimit(.minutes(1))) struct DocumentFetchTests {
    private let ledger = WatchedLedger()

    private func fetch(
        _ work: FetchWork,
        _ document: Result<[UInt8], DocumentFetchError> = .success([1, 2, 3]),
        archive: FakeArchive = FakeArchive()
    ) async {
        await DocumentFetch(
            ledger: ledger,
            documents: FakeProvider(document: document),
            archive: archive,
            routing: DeliveryRouting([]),
            settings: FlowSettings(),
            environment: Sample.environment,
            logger: Sample.logger,
            overdue: OverdueDocuments(patience: FlowSettings().documentOverdueAfter)
        ).perform(ledger.arrange(work))
    }

    @Test func storesADocumentAndTellsTheLedger() async throws {
        let archive = FakeArchive()

        await fetch(try Sample.fetchWork(), archive: archive)

        #expect(ledger.events == [.stored(sha256: Sample.document.sha256)])
        #expect(archive.committed == 1)
        #expect(archive.discarded == 0)
    }

    @Test(arguments: [
        (DocumentFetchError.provider(.notYetAvailable(retryAfter: .seconds(50))), Duration.seconds(50)),
        (.provider(.notYetAvailable(retryAfter: nil)), .seconds(2)), (.provider(.notFound(reason: "404")), .seconds(2)),
        (.provider(.unauthorized(reason: "401")), .seconds(300)),
        (.provider(.transient(reason: "503", retryAfter: .seconds(40))), .seconds(40)),
        (.provider(.permanent(reason: "refused")), .seconds(2)), (.damaged(reason: "base64 breaks off"), .seconds(2)),
        (.archive(.io(doing: "write", path: "/x", errno: 28)), .seconds(2)),
    ])
    func triesAgainWhateverGoesWrong(failure: DocumentFetchError, wait: Duration) async throws {
        let archive = FakeArchive()

        await fetch(try Sample.fetchWork(), .failure(failure), archive: archive)

        #expect(ledger.events == [.postponed(until: Sample.now + wait)])
        #expect(archive.committed == 0)
        #expect(archive.discarded == 1)
    }

    @Test func quarantinesADocumentThatFailsACheckAndFetchesItAgain() async throws {
        let bad = QuarantinedDocument(reason: "wrong length: 3 bytes, 4 announced", path: "quarantine/x", size: 3)

        await fetch(try Sample.fetchWork(attempt: 12), archive: FakeArchive(.failure(.failedCheck(bad))))

        #expect(ledger.events == [.quarantined(reason: bad.reason, retryAt: Sample.now + .seconds(3600))])
    }

    @Test(arguments: [
        DocumentFetchError.provider(.notFound(reason: "404")), .provider(.permanent(reason: "404")),
        .damaged(reason: "404"),
    ])
    func givesUpOnlyWhenTheProviderSaidNoOftenAndForLong(failure: DocumentFetchError) async throws {
        // After an outage of months, the first answer is a refusal.
        await fetch(try Sample.fetchWork(attempt: 10_000, age: .seconds(10_000_000)), .failure(failure))
        await fetch(
            try Sample.fetchWork(attempt: 20, refusals: Sample.refusals(19, for: .seconds(3600))),
            .failure(failure)
        )
        await fetch(try Sample.fetchWork(refusals: Sample.refusals(18, for: .seconds(400_000))), .failure(failure))
        #expect(ledger.refusals == 3)
        #expect(!ledger.events.contains(.abandoned(reason: "404")))

        await fetch(try Sample.fetchWork(refusals: Sample.refusals(19, for: .seconds(400_000))), .failure(failure))
        #expect(ledger.events.last == .abandoned(reason: "404"))
    }

    @Test(arguments: [
        DocumentFetchError.provider(.notYetAvailable(retryAfter: nil)),
        .provider(.transient(reason: "503", retryAfter: nil)), .provider(.unauthorized(reason: "401")),
        .archive(.io(doing: "write", path: "/x", errno: 28)),
    ])
    func neverGivesUpForAnOutage(failure: DocumentFetchError) async throws {
        let refusals = Sample.refusals(1000, for: .seconds(10_000_000))
        await fetch(
            try Sample.fetchWork(attempt: 10_000, age: .seconds(10_000_000), refusals: refusals),
            .failure(failure)
        )

        #expect(ledger.refusals == 0)
        guard case .postponed = ledger.events.first else {
            Issue.record("\(ledger.events)")
            return
        }
    }

    @Test func aDocumentThatIsTooLargeIsGivenUpAtOnceAndSaysHowToGetIt() async throws {
        await fetch(try Sample.fetchWork(), .failure(.archive(.tooLarge(limit: 1000))))

        guard case .abandoned(let reason)? = ledger.events.first else {
            Issue.record("\(ledger.events)")
            return
        }
        #expect(ledger.events.count == 1, "it is not fetched again")
        #expect(reason.contains("larger than the limit of 1000 bytes"))
        #expect(reason.contains("`ricevuta document fetch \(try Sample.id()) --max-bytes SIZE`"))
    }

    @Test func theLimitThatAnOperatorAllowedIsTheOneThatCounts() async throws {
        let archive = FakeArchive()
        var work = try Sample.fetchWork()
        await fetch(work, archive: archive)
        work.maxBytes = 5000
        await fetch(work, archive: archive)
        #expect(archive.begun.withLock { $0 } == [nil, 5000])
    }
}
