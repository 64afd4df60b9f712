import BaseKit
import RicevutaCore
import Synchronization
import Testing
import Visengine

@testable import Pipeline

@Suite(.timeLimit(.minutes(1)))
struct ProviderHealthTests {
    private let lines = LogLines()
    private let clock = Clock()
    private let health: ProviderHealth

    private final class Clock: Sendable {
        private let time = Mutex(Sample.now)
        var now: Timestamp { time.withLock { $0 } }
        func pass(_ duration: Duration) { time.withLock { $0 = $0 + duration } }
    }

    init() {
        health = ProviderHealth(now: { [clock] in clock.now }, logger: lines.logger())
    }

    private func fail(_ operation: ProviderOperation = .order, _ reason: String = "no connection") {
        health.failed(.visengine, operation, .transient(reason: reason, retryAfter: nil))
    }

    @Test func reportsAnOutageOnceAndItsEnd() throws {
        fail()
        #expect(lines.all.isEmpty && health.conditions.isEmpty, "a restart is no outage")
        clock.pass(.seconds(10))
        for _ in 0..<20 { fail() }
        clock.pass(.seconds(80))

        let condition = try #require(health.conditions.first)
        #expect((condition.failures, condition.since) == (21, Sample.now))
        #expect(condition.operation == .order && !condition.isUnauthorized && condition.reason == "no connection")
        #expect(lines.all.count == 1)
        #expect(lines.all[0].hasPrefix("warning Provider calls are failing; retrying"))
        #expect(lines.all[0].contains("provider_unreachable") && lines.all[0].contains("no connection"))

        health.answered(.visengine, .order)
        health.answered(.visengine, .order)

        #expect(lines.all.count == 2)
        #expect(lines.all[1].hasPrefix("notice Provider recovered"))
        #expect(lines.all[1].contains(#""failures": 21"#) && lines.all[1].contains(#""duration": 90.0 seconds"#))
        #expect(health.conditions.isEmpty)
    }

    @Test func reportsARejectedTokenAtOnce() {
        health.failed(.visengine, .document, .unauthorized(reason: "HTTP 401"))

        #expect(lines.all.count == 1)
        #expect(lines.all[0].hasPrefix("error Provider rejected the API token"))
        #expect(lines.all[0].contains("api_unauthorized"))
        #expect(health.conditions.map(\.isUnauthorized) == [true])
    }

    @Test func reportsATokenThatIsRejectedAfterAnOutage() {
        for _ in 0..<3 { fail() }
        health.failed(.visengine, .order, .unauthorized(reason: "HTTP 401"))

        #expect(lines.all.count == 2)
        #expect(health.conditions.map(\.isUnauthorized) == [true])
    }

    @Test(arguments: [
        ProviderFailure.notFound(reason: "404"), .notYetAvailable(retryAfter: nil), .permanent(reason: "400"),
    ])
    func whatIsSaidOfOneOrderIsNoTrouble(_ failure: ProviderFailure) {
        for _ in 0..<5 { health.failed(.visengine, .order, failure) }

        #expect(lines.all.isEmpty && health.conditions.isEmpty)
    }

    @Test func remindsEachHour() {
        for _ in 0..<181 {
            fail()
            clock.pass(.seconds(60))
        }

        #expect(lines.all.count == 3)
    }

    @Test func seesEachKindOfCallApart() {
        for _ in 0..<2 { fail(.document) }
        health.answered(.visengine, .order)

        #expect(health.conditions.map(\.operation) == [.document])
    }

    @Test func seesWhatTheServicesAsk() async throws {
        let id = try Sample.id()
        let provider = FakeProvider(
            [id: .failure(.transient(reason: "reset", retryAfter: nil))],
            document: .failure(.damaged(reason: "cut"))
        )
        let reader = WatchedReader(provider: .visengine, reader: provider, health: health)
        let documents = WatchedDocuments(provider: .visengine, documents: provider, health: health)

        for _ in 0..<2 {
            await #expect(throws: ProviderFailure.self) { try await reader.order(id) }
            let writer = try FakeArchive().begin(maxBytes: nil)
            await #expect(throws: DocumentFetchError.self) {
                try await documents.fetchDocument(of: id, into: writer)
            }
        }

        #expect(health.conditions.map(\.operation) == [.order])
    }
}

@Suite(.timeLimit(.minutes(1)))
struct OverdueDocumentTests {
    private let lines = LogLines()

    @Test func reportsEachDocumentOnce() throws {
        let documents = OverdueDocuments(patience: .seconds(3600))
        var order = try Sample.fetchWork().order
        order.lastUpdate = Sample.now

        documents.note(order, "HTTP 500", now: Sample.now + .seconds(3599), logger: lines.logger())
        #expect(lines.all.isEmpty)
        for _ in 0..<3 { documents.note(order, "HTTP 500", now: Sample.now + .seconds(3600), logger: lines.logger()) }
        #expect(lines.all.count == 1)
        #expect(lines.all.first?.contains("document_overdue") == true)
        documents.forget(order.key)
        documents.note(order, "HTTP 500", now: Sample.now + .seconds(7200), logger: lines.logger())
        #expect(lines.all.count == 2)
    }
}
