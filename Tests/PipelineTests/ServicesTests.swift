import BaseKit
import Logging
import RicevutaCore
import ServiceLifecycle
import Synchronization
import Testing
import Visengine

@testable import Pipeline

@Suite(.timeLimit(.minutes(1))) struct ServicesTests {
    private let ledger = WatchedLedger()

    private func dispatcher(_ sinks: [FakeSink], settings: FlowSettings = FlowSettings()) -> DispatcherService {
        DispatcherService(
            ledger: ledger,
            documents: FakeArchive(),
            sinks: sinks,
            settings: settings,
            environment: Sample.environment,
            logger: Sample.logger
        )
    }

    private func running(_ service: any Service, _ body: (ServiceGroup) async throws -> Void) async throws {
        let group = ServiceGroup(services: [service], logger: Sample.logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await body(group)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test func finishesWhatIsUnderWayAndTakesNothingNewOnShutdown() async throws {
        let sink = FakeSink(try Sample.sink("a"), limits: SinkLimits(concurrency: 1))
        ledger.arrange(try Sample.delivery("d1", to: sink.name))
        ledger.arrange(try Sample.delivery("d2", to: sink.name))

        try await running(dispatcher([sink])) { group in
            for await delivery in sink.begun {
                #expect(delivery == "d1")
                break
            }
            await group.triggerGracefulShutdown()
            sink.finish("d1")
        }

        #expect(ledger.events == [.finished(delivery: "d1", .complete)])
    }

    @Test func letsNoSlowSinkHoldUpAnother() async throws {
        let slow = FakeSink(try Sample.sink("slow"), limits: SinkLimits(concurrency: 2))
        let quick = FakeSink(try Sample.sink("quick"), limits: SinkLimits(concurrency: 1))
        for number in 1...5 { ledger.arrange(try Sample.delivery("s\(number)", to: slow.name)) }
        for number in 1...20 { ledger.arrange(try Sample.delivery("q\(number)", to: quick.name)) }

        try await running(dispatcher([slow, quick])) { group in
            var finished = 0
            for await delivery in quick.begun {
                quick.finish(delivery)
                finished += 1
                if finished == 20 { break }
            }
            // Two of the slow one's are under way, its limit; the quick one's are through all the same.
            var begun: [String] = []
            for await delivery in slow.begun {
                begun.append(delivery)
                if begun.count == 2 { break }
            }
            #expect(begun.sorted() == ["s1", "s2"])
            await group.triggerGracefulShutdown()
            begun.forEach { slow.finish($0) }
        }

        let finished = ledger.events.compactMap { event -> String? in
            if case .finished(let delivery, .complete) = event { delivery } else { nil }
        }
        #expect(finished.filter { $0.hasPrefix("q") }.count == 20)
        #expect(finished.filter { $0.hasPrefix("s") }.count == 2)
    }

    @Test(arguments: [
        (DeliveryOutcome.accepted, 1, DeliveryRetryPolicy.Action.complete),
        (.transient(reason: "503"), 1, .retry(after: .seconds(5), reason: "503")),
        (.transient(reason: "503", retryAfter: .seconds(99)), 1, .retry(after: .seconds(99), reason: "503")),
        (.transient(reason: "503"), 16, .deadLetter(reason: "gave up after 16 attempts: 503")),
        (.permanent(reason: "400"), 1, .deadLetter(reason: "400")),
        (.gone(reason: "410"), 1, .disableSink(reason: "410")),
    ])
    func recordsWhatFollowsFromEachOutcome(
        outcome: DeliveryOutcome,
        attempt: Int,
        action: DeliveryRetryPolicy.Action
    ) async throws {
        let sink = FakeSink(try Sample.sink("a"), immediate: outcome)
        ledger.arrange(try Sample.delivery("d1", to: sink.name, attempt: attempt))

        try await running(dispatcher([sink])) { _ in
            for await _ in sink.begun { break }
        }

        #expect(ledger.events == [.finished(delivery: "d1", action)])
    }

    @Test func breaksOffAnAttemptThatTakesTooLong() async throws {
        let sink = FakeSink(try Sample.sink("a"), limits: SinkLimits(timeLimit: .milliseconds(15)))
        ledger.arrange(try Sample.delivery("d1", to: sink.name))

        try await running(dispatcher([sink], settings: FlowSettings(sinkGrace: .milliseconds(5)))) { _ in
            for await _ in sink.begun { break }
        }

        let reason = "timed out after 20 ms"
        #expect(ledger.events == [.finished(delivery: "d1", .retry(after: .seconds(5), reason: reason))])
    }

    @Test func leasesOutliveTheSlowestSink() throws {
        let sinks = [
            FakeSink(try Sample.sink("a"), limits: SinkLimits(timeLimit: .seconds(5))),
            FakeSink(try Sample.sink("b"), limits: SinkLimits(timeLimit: .seconds(600))),
        ]

        #expect(dispatcher(sinks).leaseTime > .seconds(600) + FlowSettings().sinkGrace)
    }

    @Test(
        arguments: [
            (.success([]), []), (.success(["no links"]), ["Sink has limitations"]),
            (.failure(.unusable(reason: "no folder")), ["Sink not usable; deliveries will be retried"]),
        ] as [(Result<[String], SinkFailure>, [String])]
    )
    func preparesSinksAtTheStartAndClosesThemAtTheEnd(
        preparing: Result<[String], SinkFailure>,
        messages: [String]
    ) async throws {
        let sink = FakeSink(try Sample.sink("a"), preparing: preparing)
        let lines = LogLines()

        try await running(SinkService(sinks: [sink], logger: lines.logger())) { _ in
            while sink.life.withLock({ $0.isEmpty }) || lines.all.count < messages.count { await Task.yield() }
        }

        #expect(sink.life.withLock { $0 } == ["prepare", "close"])
        #expect(lines.all.count == messages.count)
        for (line, message) in zip(lines.all, messages) { #expect(line.contains(message) && line.contains("sink")) }
    }

    @Test func saysNothingOfAnAttemptThatWasCancelled() async throws {
        let sink = FakeSink(try Sample.sink("a"))
        ledger.arrange(try Sample.delivery("d1", to: sink.name))

        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await dispatcher([sink]).run() }
            for await _ in sink.begun { break }
            tasks.cancelAll()
        }

        // Its lease is free for the next boot, which makes the attempt again.
        #expect(ledger.events.isEmpty)
    }

    @Test func goesOnAfterTheLedgerFailedToHandOutWork() async throws {
        let id = try Sample.id()
        let provider = FakeProvider(orders: Order(id: id, state: .searching))
        ledger.failLeasing(1)
        try await ledger.record(naming: id)
        let verifier = VerifierService(
            ledger: ledger,
            readers: [.visengine: provider],
            nonceOf: { _ in nil },
            routing: DeliveryRouting([]),
            settings: FlowSettings(),
            environment: Sample.environment,
            logger: Sample.logger
        )

        try await running(verifier) { _ in
            for await _ in provider.asks { break }
        }

        #expect(ledger.events == [.confirmed(id, .bindIfFree)])
    }

    @Test func readsOpenOrdersBackAtAStartAndSaysSo() async throws {
        let id = try Sample.id()
        let provider = FakeProvider(orders: Order(id: id, state: .searching))
        // Recorded by a process before, its read-back an hour away.
        let work = ledger.arrange(try Sample.verifyWork(id: id))
        try await ledger.postpone(work.lease, until: Sample.now + .seconds(3600), reason: "later", refusedAt: nil)
        let lines = LogLines()
        let verifier = VerifierService(
            ledger: ledger,
            readers: [.visengine: provider],
            nonceOf: { _ in nil },
            routing: DeliveryRouting([]),
            settings: FlowSettings(),
            environment: Sample.environment,
            logger: lines.logger()
        )

        try await running(verifier) { _ in
            for await _ in provider.asks { break }
        }

        #expect(provider.reads == [id])
        #expect(lines.all.contains { $0.contains("Reading open orders back after a start") && $0.contains("orders") })
    }

    /// The ledger may hold orders of a provider that is no longer configured, or not yet.
    @Test func putsOffAnOrderOfAProviderThatIsNotConfigured() async throws {
        let provider = FakeProvider()
        try await ledger.record(naming: try Sample.id())
        let verifier = VerifierService(
            ledger: ledger,
            readers: [try #require(ProviderID(rawValue: "docuengine")): provider],
            nonceOf: { _ in nil },
            routing: DeliveryRouting([]),
            settings: FlowSettings(),
            environment: Sample.environment,
            logger: Sample.logger
        )

        try await running(verifier) { _ in
            while ledger.events.isEmpty { await Task.yield() }
        }

        let wait = FlowSettings().reconciliation.maxInterval
        #expect(ledger.events == [.postponed(until: Sample.now + wait)])
        #expect(provider.reads.isEmpty)
    }

    @Test func startsFromTheSinksBackSoThatStoppingGoesWithTheFlow() throws {
        let flow = CallbackFlow(
            ports: CallbackFlow.Ports(
                journal: FakeJournal(),
                ledger: ledger,
                readers: [.visengine: FakeProvider()],
                documents: [.visengine: FakeProvider()],
                archive: FakeArchive(),
                sinks: []
            ),
            provider: .visengine,
            keys: try Sample.keys(),
            policy: SourcePolicy(),
            routing: DeliveryRouting([]),
            settings: FlowSettings(),
            environment: Sample.environment,
            logger: Sample.logger
        )

        #expect(
            flow.services.map { "\(type(of: $0))" } == ["DispatcherService", "FetcherService", "VerifierService"]
        )
    }
}
