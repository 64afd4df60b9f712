package import BaseKit
package import RicevutaCore
package import Visengine

// What tests ask of a ledger again and again.

extension CallbackApplying {
    /// Applies a callback in a batch of its own.
    package func record(_ callback: ReceivedCallback, completion: @escaping @Sendable (ApplyOutcome) -> Void) {
        apply([callback], upTo: callback.number) { completion($0[0]) }
    }

    /// Applies a callback in a batch of its own, and waits for its outcome.
    package func record(_ callback: ReceivedCallback) async -> ApplyOutcome {
        await withCheckedContinuation { continuation in
            record(callback) { continuation.resume(returning: $0) }
        }
    }
}

extension VerificationLedger {
    package func leaseVerifications(at now: Timestamp = Sample.now, limit: Int = 100) async throws -> [VerifyWork] {
        try await leaseVerifications(limit: limit, now: now, leaseFor: Sample.lease)
    }
}

extension FetchLedger {
    package func leaseFetches(at now: Timestamp = Sample.now) async throws -> [FetchWork] {
        try await leaseFetches(limit: 100, now: now, leaseFor: Sample.lease)
    }
}

extension DeliveryLedger {
    /// Takes due deliveries to one sink.
    package func leaseDeliveries(
        to sink: String = "crm",
        at now: Timestamp = Sample.now,
        limit: Int = 100
    ) async throws -> [DeliverWork] {
        try await leaseDeliveries(room: [try Sample.sink(sink): limit], now: now, leaseFor: Sample.lease)
    }
}

extension DeliveryLedger {
    /// Records how an attempt ended that began and ended now.
    package func finish(
        _ work: DeliverWork,
        action: DeliveryRetryPolicy.Action,
        now: Timestamp
    ) async throws(LedgerError) {
        let outcome: DeliveryOutcome =
            switch action {
            case .complete: .accepted
            case .retry(_, let reason): .transient(reason: reason)
            case .deadLetter(let reason): .permanent(reason: reason)
            case .disableSink(let reason): .gone(reason: reason)
            }
        let attempt = AttemptEntry(
            DeliveryResult(outcome),
            number: work.lease.attempt,
            startedAt: now,
            duration: .milliseconds(5)
        )
        try await finish(work, action: action, attempt: attempt, now: now)
    }
}

extension PlacementLedger {
    /// Records that order `nonce` is about to be placed, its first poll an hour away.
    @discardableResult
    package func placing(_ nonce: Character = "n", at now: Timestamp = Sample.now) async throws -> OrderRecord {
        let order = NewOrder(
            nonce: try Sample.nonce(nonce),
            provider: .visengine,
            item: try Sample.item(),
            itemName: "Visura"
        )
        return try await record(order, at: now)
    }

    /// Records an order that nothing stands against.
    @discardableResult
    package func record(_ order: NewOrder, at now: Timestamp = Sample.now) async throws -> OrderRecord {
        let decision = try await placing(order, now: now, firstPoll: now + .seconds(3600))
        guard case .recorded(let record) = decision else { throw Missing(what: "a recorded order: \(decision)") }
        return record
    }

    /// Records the provider's answer, which does not say a price.
    package func placed(
        _ nonce: OrderNonce,
        as order: Order,
        now: Timestamp
    ) async throws(LedgerError) -> OrderRecord {
        try await placed(nonce, as: order, price: nil, now: now)
    }
}

extension VerificationLedger where Self: CallbackApplying {
    /// Takes an order to a state that a callback told and the API confirmed.
    @discardableResult
    package func confirmed(
        _ state: OrderState,
        nonce: Character = "n",
        id: String = "id1",
        sinks: String...,
        at now: Timestamp = Sample.now
    ) async throws -> OrderRecord {
        _ = await record(try Sample.callback(nonce, id: id, state: state, at: now))
        let work = try required(try await leaseVerifications(at: now).first)
        let advance = try await confirm(
            work,
            reading: try Sample.reading(state, id: id),
            binding: .bind,
            context: ConfirmationContext(now: now, schedule: Sample.schedule, routing: try Sample.routing(sinks))
        )
        return advance.record
    }
}

extension LedgerReader {
    package func order(_ nonce: Character = "n") async throws -> OrderRecord {
        try required(try await order(named: Sample.nonce(nonce).rawValue))
    }

    package func callbacks(of nonce: Character = "n") async throws -> [CallbackEntry] {
        try await callbacks(ofOrder: try await order(nonce).key, limit: 1000)
    }
}

extension ApplyOutcome {
    /// The callback's number, when it was taken.
    package var id: Int64? {
        switch self {
        case .recorded(let id), .duplicate(let id): id
        case .failed, .unwritable: nil
        }
    }

    package var isRecorded: Bool { if case .recorded = self { true } else { false } }
}
