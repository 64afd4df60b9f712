import BaseKit
import Logging
import RicevutaCore
import ServiceLifecycle
import Testing

@testable import Pipeline

/// What the log says of attempts, and what is kept of them.
@Suite(.timeLimit(.minutes(1))) struct SinkWatchTests {
    private let lines = LogLines()

    private func watch() throws -> SinkWatch {
        SinkWatch([try Sample.sink("crm")], maxAttempts: 16, logger: lines.logger())
    }

    private func attempt(_ number: Int, _ outcome: DeliveryOutcome, after seconds: Int = 0) -> AttemptEntry {
        AttemptEntry(
            DeliveryResult(outcome),
            number: number,
            startedAt: Sample.now + .seconds(seconds),
            duration: .milliseconds(3)
        )
    }

    private func told(_ level: Logger.Level) -> [String] { lines.all.filter { $0.hasPrefix("\(level) ") } }

    @Test func saysOnceWhenItBeginsAndOnceWhenItEnds() throws {
        let watch = try watch()
        let work = try Sample.delivery("d1", to: try Sample.sink("crm"))
        for number in 1...8 {
            watch.saw(
                .retry(after: .seconds(90), reason: "the endpoint answered 503"),
                of: work,
                attempt(number, .transient(reason: "the endpoint answered 503")),
                now: Sample.now + .seconds(number),
                logger: lines.logger()
            )
        }
        watch.saw(.complete, of: work, attempt(9, .accepted), now: Sample.now + .seconds(61), logger: lines.logger())

        let warnings = told(.warning)
        try #require(warnings.count == 1)
        #expect(warnings[0].contains("Sink is failing"))
        for part in ["\"crm\"", "\"3\"", "the endpoint answered 503", "sink_failing", "ricevuta sink show crm"] {
            #expect(warnings[0].contains(part) || warnings[0].contains(part.replacing("\"", with: "")), "\(part)")
        }
        let notices = told(.notice)
        try #require(notices.count == 1)
        #expect(notices[0].contains("Sink recovered") && notices[0].contains("60"))
        #expect(told(.error).isEmpty && told(.info).isEmpty)
        let attempts = told(.debug)
        #expect(attempts.count == 9)
        #expect(attempts[1].contains("2 of 16") && attempts[1].contains("in 1 min 30 s"))
    }

    @Test func aDocumentThatTheArchiveLacksIsNoneOfTheSinksDoing() throws {
        let watch = try watch()
        let reason = "cannot read the document /archive/0a.zip: file not found"
        for number in 1...4 {
            watch.saw(
                .retry(after: .seconds(90), reason: reason),
                of: try Sample.delivery("d1", to: try Sample.sink("crm")),
                attempt(number, .unreadable(reason: reason)),
                now: Sample.now + .seconds(number),
                logger: lines.logger()
            )
        }

        #expect(told(.error).count == 4 && told(.error).allSatisfy { $0.contains("document_missing") })
        #expect(told(.warning).isEmpty && watch.failing.isEmpty)
    }

    @Test func namesTheSinksThatFailUntilTheyTakeSomething() throws {
        let watch = try watch()
        let work = try Sample.delivery("d1", to: try Sample.sink("crm"))
        for number in 1...3 {
            #expect(watch.failing.isEmpty, "not after \(number - 1)")
            watch.saw(
                .retry(after: .seconds(90), reason: "503"),
                of: work,
                attempt(number, .transient(reason: "503")),
                now: Sample.now,
                logger: lines.logger()
            )
        }
        #expect(watch.failing == [work.sink])

        watch.saw(.complete, of: work, attempt(4, .accepted), now: Sample.now, logger: lines.logger())

        #expect(watch.failing.isEmpty)
    }

    @Test func saysHowADisabledSinkIsEnabledAgain() throws {
        let watch = try watch()
        for number in 1...2 {
            watch.saw(
                .disableSink(reason: "410 Gone"),
                of: try Sample.delivery("d\(number)", to: try Sample.sink("crm")),
                attempt(1, .gone(reason: "410 Gone")),
                now: Sample.now + .seconds(1),
                logger: lines.logger()
            )
        }

        let errors = told(.error)
        try #require(errors.count == 1)
        #expect(errors[0].contains("Sink disabled") && errors[0].contains("ricevuta sink enable crm"))
        #expect(errors[0].contains("sink_disabled"))
        #expect(told(.warning).isEmpty)
    }

    @Test func tellsOfDeliveriesThatWaitForASinkThatIsNotConfigured() throws {
        let (crm, old) = (try Sample.sink("crm"), try Sample.sink("old"))

        SinkReport.report(
            [crm: SinkSummary(waiting: 1), old: SinkSummary(waiting: 3), try Sample.sink("x"): SinkSummary(dead: 2)],
            configured: [crm],
            logger: lines.logger()
        )

        try #require(lines.all.count == 1, "dead letters alone wait for nobody")
        for part in ["warning ", "old", "3", "sink_missing", "ricevuta sink move old TO"] {
            #expect(lines.all[0].contains(part), "\(part)")
        }
    }

    @Test func keepsHowEachAttemptWent() async throws {
        let ledger = WatchedLedger()
        let sink = FakeSink(
            try Sample.sink("a"),
            immediate: .permanent(reason: "the endpoint rejected the message with 400"),
            answer: SinkAnswer(status: 400, body: Array("{\"error\":\"clock skew\"}".utf8))
        )
        ledger.arrange(try Sample.delivery("d1", to: sink.name, attempt: 3))
        let dispatcher = DispatcherService(
            ledger: ledger,
            documents: FakeArchive(),
            sinks: [sink],
            settings: FlowSettings(),
            environment: Sample.environment,
            logger: Sample.logger
        )

        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await dispatcher.run() }
            while ledger.attempts.isEmpty { await Task.yield() }
            tasks.cancelAll()
        }

        let kept = try #require(ledger.attempts.first)
        #expect(kept.number == 3 && kept.startedAt == Sample.now && kept.outcome == .refused)
        #expect(kept.status == 400 && kept.body == "{\"error\":\"clock skew\"}")
        #expect(kept.error == "the endpoint rejected the message with 400")
        #expect(kept.duration >= .zero && kept.duration < .seconds(60))
    }
}
