import BaseKit
public import Logging
public import RicevutaCore
public import ServiceLifecycle
import Synchronization

/// Hands notifications to sinks, each at its own pace: a slow sink holds up no other.
public final class DispatcherService: Service {
    private let ledger: any DeliveryLedger
    private let documents: any DocumentOpening
    private let sinks: [SinkName: any Sink]
    private let room: Mutex<[SinkName: Int]>
    /// Longer than any attempt, so that none is taken from a living owner.
    let leaseTime: Duration
    private let settings: FlowSettings
    private let environment: FlowEnvironment
    private let watch: SinkWatch
    private let drain: Drain
    private let logger: Logger

    /// Creates a service.
    ///
    /// - Parameters:
    ///   - ledger: Where work comes from and outcomes go.
    ///   - documents: Where documents are read from.
    ///   - sinks: The destinations; each name once.
    ///   - settings: Limits and intervals.
    ///   - environment: Clock and random source.
    ///   - drain: Ends the loop once another has taken over.
    ///   - past: The one that it takes over from, with what that knows of the sinks.
    ///   - logger: Gets a line when a sink begins to fail or recovers, and for each dead letter.
    public init(
        ledger: any DeliveryLedger,
        documents: any DocumentOpening,
        sinks: [any Sink],
        settings: FlowSettings,
        environment: FlowEnvironment,
        drain: Drain = Drain(),
        after past: DispatcherService? = nil,
        logger: Logger
    ) {
        self.ledger = ledger
        self.documents = documents
        self.sinks = Dictionary(sinks.map { ($0.name, $0) }) { first, _ in first }
        self.settings = settings
        self.environment = environment
        self.drain = drain
        self.logger = logger
        watch = SinkWatch(
            self.sinks.keys,
            maxAttempts: settings.delivery.maxAttempts,
            after: past?.watch,
            logger: logger
        )
        room = Mutex(self.sinks.mapValues(\.limits.concurrency))
        let longest = sinks.map(\.limits.timeLimit).max() ?? .zero
        leaseTime = (longest + settings.sinkGrace) * 2 + .seconds(60)
    }

    /// The sinks that have been reported to fail and have taken nothing since, by name.
    public var failingSinks: [SinkName] { watch.failing }

    /// Runs until graceful shutdown or cancellation.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in await watch.run(now: environment.now) }
            await JobLoop(
                kind: .deliver,
                ledger: ledger,
                maxInFlight: room.withLock { max(1, $0.values.reduce(0, +)) },
                lease: { [self] _ throws(LedgerError) in try await lease() },
                perform: { [self] work in await perform(work) },
                drain: drain,
                logger: logger
            ).run()
            group.cancelAll()
        }
    }

    private func lease() async throws(LedgerError) -> JobLoop<DeliverWork>.Leased {
        let (free, isFull) = room.withLock { room in
            let free = room.filter { $0.value > 0 }
            return (free, free.count < room.count)
        }
        guard !free.isEmpty else { return .init(work: [], hasMore: true) }
        let work = try await ledger.leaseDeliveries(
            room: free,
            now: environment.now(),
            leaseFor: leaseTime
        )
        let isAnyFull = room.withLock { room in
            for each in work { room[each.sink, default: 0] -= 1 }
            return room.values.contains { $0 <= 0 }
        }
        // A sink that is full may have more than it was given.
        return .init(work: work, hasMore: isFull || isAnyFull)
    }

    private func perform(_ work: DeliverWork) async {
        defer { room.withLock { $0[work.sink, default: 0] += 1 } }
        guard let sink = sinks[work.sink] else { return }  // Never: no job of an unknown sink is leased.
        var logger = logger
        logger[metadataKey: "delivery.id"] = "\(work.deliveryID)"
        logger[metadataKey: "notification.id"] = "\(work.notification.id)"
        logger[metadataKey: "order.id"] = "\(work.notification.orderID)"
        logger[metadataKey: "sink"] = "\(work.sink)"
        if let trace = work.trace { logger[metadataKey: "trace.id"] = "\(trace.traceID)" }

        let delivery = DeliveryAttempt(
            notification: work.notification,
            deliveryID: work.deliveryID,
            attempt: work.lease.attempt,
            trace: work.trace,
            documents: documents
        )
        let (startedAt, start) = (environment.now(), ContinuousClock.now)
        let result = await attempt(delivery, at: sink)
        // A cancelled attempt says nothing about the sink; its lease is free for the next boot.
        if Task.isCancelled, result.outcome != .accepted { return }
        let entry = AttemptEntry(
            result,
            number: work.lease.attempt,
            startedAt: startedAt,
            duration: start.duration(to: .now)
        )
        let action = settings.delivery.action(
            after: result.outcome,
            attempt: work.lease.attempt,
            random: environment.random()
        )
        watch.saw(action, of: work, entry, now: environment.now(), logger: logger)
        do throws(LedgerError) {
            try await ledger.finish(work, action: action, attempt: entry, now: environment.now())
        } catch {
            JobLoop<DeliverWork>.report(error, "recording a delivery", to: logger)
        }
    }

    /// A sink keeps to its own limit; this one, a little longer, is for a sink that does not.
    private func attempt(_ delivery: DeliveryAttempt, at sink: any Sink) async -> DeliveryResult {
        let limit = sink.limits.timeLimit + settings.sinkGrace
        let ending = await TimeLimit.run(limit) { await sink.deliver(delivery) }
        // What was taken after all is not delivered again.
        if let result = ending.valueInTime ?? (ending.value.outcome == .accepted ? ending.value : nil) { return result }
        return DeliveryResult(.transient(reason: "timed out after \(Quantity.spoken(limit))"))
    }
}
