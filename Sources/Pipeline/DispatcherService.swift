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
    private let logger: Logger

    /// Creates a service.
    ///
    /// - Parameters:
    ///   - ledger: Where work comes from and outcomes go.
    ///   - documents: Where documents are read from.
    ///   - sinks: The destinations; each name once.
    ///   - settings: Limits and intervals.
    ///   - environment: Clock and random source.
    ///   - logger: Gets a line for each delivery.
    public init(
        ledger: any DeliveryLedger,
        documents: any DocumentOpening,
        sinks: [any Sink],
        settings: FlowSettings,
        environment: FlowEnvironment,
        logger: Logger
    ) {
        self.ledger = ledger
        self.documents = documents
        self.sinks = Dictionary(sinks.map { ($0.name, $0) }) { first, _ in first }
        self.settings = settings
        self.environment = environment
        self.logger = logger
        room = Mutex(self.sinks.mapValues(\.limits.concurrency))
        let longest = sinks.map(\.limits.timeLimit).max() ?? .zero
        leaseTime = (longest + settings.sinkGrace) * 2 + .seconds(60)
    }

    /// Runs until graceful shutdown or cancellation.
    public func run() async {
        await JobLoop(
            kind: .deliver,
            ledger: ledger,
            maxInFlight: room.withLock { max(1, $0.values.reduce(0, +)) },
            lease: { [self] _ throws(LedgerError) in try await lease() },
            perform: { [self] work in await perform(work) },
            logger: logger
        ).run()
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

        let delivery = DeliveryAttempt(
            notification: work.notification,
            deliveryID: work.deliveryID,
            attempt: work.lease.attempt,
            documents: documents
        )
        let outcome = await attempt(delivery, at: sink)
        // A cancelled attempt says nothing about the sink; its lease is free for the next boot.
        if Task.isCancelled, outcome != .accepted { return }
        let action = settings.delivery.action(
            after: outcome,
            attempt: work.lease.attempt,
            random: environment.random()
        )
        report(action, of: work, logger: logger)
        do throws(LedgerError) {
            try await ledger.finish(work, action: action, now: environment.now())
        } catch {
            JobLoop<DeliverWork>.report(error, "recording a delivery", to: logger)
        }
    }

    /// A sink keeps to its own limit; this one, a little longer, is for a sink that does not.
    private func attempt(_ delivery: DeliveryAttempt, at sink: any Sink) async -> DeliveryOutcome {
        let limit = sink.limits.timeLimit + settings.sinkGrace
        let ending = await TimeLimit.run(limit) { await sink.deliver(delivery) }
        // What was taken after all is not delivered again.
        if let outcome = ending.valueInTime ?? (ending.value == .accepted ? .accepted : nil) { return outcome }
        return .transient(reason: "timed out after \(limit)")
    }

    private func report(_ action: DeliveryRetryPolicy.Action, of work: DeliverWork, logger: Logger) {
        switch action {
        case .complete:
            JobMeters.count(.deliver, "delivered", sink: work.sink)
            logger.info("Delivered", metadata: ["type": "\(work.notification.type.rawValue)"])
        case .retry(let after, let reason):
            JobMeters.count(.deliver, "retried", sink: work.sink)
            logger.notice("Delivery failed; retrying", metadata: ["reason": "\(reason)", "after": "\(after)"])
        case .deadLetter(let reason):
            JobMeters.count(.deliver, "dead", sink: work.sink)
            Alarms.raise(.deadLetter, "Gave up on delivery: dead letter", ["reason": "\(reason)"], to: logger)
        case .disableSink(let reason):
            JobMeters.count(.deliver, "dead", sink: work.sink)
            Alarms.raise(.sinkDisabled, "Sink disabled", ["reason": "\(reason)"], to: logger)
        }
    }
}
