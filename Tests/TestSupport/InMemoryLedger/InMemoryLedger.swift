package import BaseKit
package import RicevutaCore
import Synchronization
package import Visengine

/// A ledger in memory, on the same rules as any other: one lock, one set of tables, every operation whole or not at
/// all.
///
/// It passes the suite that every engine has to pass, so that a test that stands on it stands on a ledger. It keeps
/// what it is told as long as it lives; ``afterCrash()`` and ``reopened()`` give the ledger that a next start would
/// find.
package final class InMemoryLedger: Sendable {
    private struct State {
        var tables: LedgerTables
        var isClosed = false
        /// While it is set, every operation fails with it, and changes nothing.
        var failure: LedgerError?
        /// Leases of work that is over, though its outcome could not be written.
        var lost: [JobLease] = []
    }

    private let state: Mutex<State>
    private let notifier: InMemoryJobNotifier
    let longestWait: Duration

    /// Creates an empty ledger.
    ///
    /// - Parameters:
    ///   - receiver: Who serves it.
    ///   - rules: How it treats orders and jobs.
    ///   - longestWait: After how long those who wait for work look again.
    package convenience init(
        receiver: ReceiverID = Sample.receiver,
        rules: LedgerRules = LedgerRules(),
        longestWait: Duration = .seconds(1)
    ) {
        self.init(LedgerTables(rules: rules, receiver: receiver), longestWait: longestWait)
    }

    private init(_ tables: LedgerTables, longestWait: Duration) {
        state = Mutex(State(tables: tables))
        notifier = InMemoryJobNotifier(longestWait: longestWait)
        self.longestWait = longestWait
    }

    /// The ledger as a receiver finds it after the process was killed at this moment.
    package func afterCrash(as receiver: ReceiverID = Sample.receiver) -> InMemoryLedger {
        InMemoryLedger(state.withLock(\.tables).nextBoot(as: receiver), longestWait: longestWait)
    }

    /// The ledger as a receiver finds it after it was closed; closes it.
    package func reopened(as receiver: ReceiverID = Sample.receiver) async -> InMemoryLedger {
        await close()
        return afterCrash(as: receiver)
    }

    /// Has every operation fail with this error, and callbacks with ``ApplyOutcome/failed``, until it is set to `nil`.
    package func fail(with error: LedgerError?) { state.withLock { $0.failure = error } }

    // MARK: For the extensions

    /// Changes the tables, wholly or not at all.
    func change<Value>(_ body: (inout LedgerTables) throws -> Value) throws(LedgerError) -> Value {
        let (result, wakes) = state.withLock { state -> (Result<Value, LedgerError>, [LedgerTables.Wake]) in
            if state.isClosed { return (.failure(.closed), []) }
            if let failure = state.failure { return (.failure(failure), []) }
            var tables = state.tables
            tables.wakes = []
            do {
                let value = try body(&tables)
                state.tables = tables
                return (.success(value), tables.wakes)
            } catch let error as LedgerError {
                return (.failure(error), [])
            } catch {
                return (.failure(.storage(doing: "testing", reason: "\(error)")), [])
            }
        }
        for wake in wakes { notifier.schedule(wake.kind, after: wake.delay) }
        return try result.get()
    }

    /// Changes the tables where they are, for what cannot fail: there may be thousands of callbacks.
    private func changeInPlace<Value>(_ body: (inout LedgerTables) -> Value) throws(LedgerError) -> Value {
        let (result, wakes) = state.withLock { state -> (Result<Value, LedgerError>, [LedgerTables.Wake]) in
            if state.isClosed { return (.failure(.closed), []) }
            if let failure = state.failure { return (.failure(failure), []) }
            state.tables.wakes = []
            return (.success(body(&state.tables)), state.tables.wakes)
        }
        for wake in wakes { notifier.schedule(wake.kind, after: wake.delay) }
        return try result.get()
    }

    /// Records how the work under a lease ended; a lease whose outcome could not be written is given back with the next
    /// jobs that are taken.
    func change<Value>(
        endingWorkUnder lease: JobLease,
        _ body: (inout LedgerTables) throws -> Value
    ) throws(LedgerError) -> Value {
        do throws(LedgerError) {
            return try change(body)
        } catch {
            switch error {
            case .storage, .unavailable: state.withLock { $0.lost.append(lease) }
            default: break
            }
            throw error
        }
    }

    /// Takes jobs.
    func lease<Work>(
        _ kind: JobKind,
        now: Timestamp,
        _ body: (inout LedgerTables) throws -> [Work]
    ) throws(LedgerError) -> [Work] {
        notifier.clear(kind)
        let lost = state.withLock(\.lost)
        let work = try change { tables in
            for lease in lost { tables.giveBack(lease, now: now) }
            return try body(&tables)
        }
        state.withLock { $0.lost.removeAll(where: lost.contains) }
        return work
    }

    /// Changes the tables, whatever the ledger is set to, and wakes whom it concerns.
    func arrange<Value>(_ body: (inout LedgerTables) -> Value) -> Value {
        let (value, wakes) = state.withLock { state in
            state.tables.wakes = []
            return (body(&state.tables), state.tables.wakes)
        }
        for wake in wakes { notifier.schedule(wake.kind, after: wake.delay) }
        return value
    }

    /// Reads the tables.
    func read<Value>(_ body: (LedgerTables) -> Value) throws(LedgerError) -> Value { try change { body($0) } }
}

extension InMemoryLedger: CallbackApplying {
    package func apply(
        _ callbacks: [ReceivedCallback],
        upTo position: Int64?,
        completion: @escaping @Sendable ([ApplyOutcome]) -> Void
    ) {
        do throws(LedgerError) {
            completion(
                try changeInPlace { tables in
                    let outcomes = callbacks.map { tables.record($0) }
                    if let position {
                        let before = tables.handedOver[tables.holder.receiver] ?? 0
                        tables.handedOver[tables.holder.receiver] = max(before, position)
                    }
                    return outcomes
                }
            )
        } catch {
            completion(callbacks.map { _ in .failed })
        }
    }
}

extension InMemoryLedger: LedgerStore {
    package var location: String { "memory" }

    package var engine: LedgerEngine { LedgerEngine(name: "memory", version: "1") }

    package var health: LedgerHealth {
        let failure = state.withLock(\.failure)
        return LedgerHealth(isFailing: failure != nil, refusal: failure.map { "\($0)" })
    }

    package func ping() async throws(LedgerError) { try read { _ in } }

    /// The greatest number of a callback that was handed over; 0 before the first.
    package func handedOver() async throws(LedgerError) -> Int64? {
        try read { $0.handedOver[$0.holder.receiver] ?? 0 }
    }

    /// The greatest number of a callback; 0 without any.
    package func newestCallback() async throws(LedgerError) -> Int64 { try read(\.newestCallback) }

    /// Gives back all leases; afterwards everything throws ``LedgerError/closed``, and callbacks fail.
    package func close() async {
        state.withLock { state in
            if !state.isClosed { state.tables.giveBackAllLeases() }
            state.isClosed = true
        }
        notifier.close()
    }
}

extension InMemoryLedger: JobLedger {
    package func waitForWork(_ kind: JobKind) async { await notifier.wait(for: kind) }

    package func postpone(
        _ lease: JobLease,
        until due: Timestamp,
        reason: String,
        refusedAt: Timestamp?
    ) async throws(LedgerError) {
        try change(endingWorkUnder: lease) { tables in
            let job = try tables.held(lease)
            tables.postpone(job, until: tables.due(of: job, lease, atLatest: due), reason: reason, refusedAt: refusedAt)
        }
    }
}

extension InMemoryLedger: PlacementLedger {
    package func placing(
        _ order: NewOrder,
        now: Timestamp,
        firstPoll: Timestamp
    ) async throws(LedgerError) -> PlacingDecision {
        try change { tables in
            guard tables.order(nonce: order.nonce) == nil else {
                throw LedgerError.conflict("the nonce \(order.nonce) belongs to another order")
            }
            let earlier = order.key.flatMap { tables.order(boughtUnder: $0) }
            if let refusal = order.refusal(earlier: earlier, spent: tables.spending(on: now)) { return refusal }
            let key = tables.addOrder(
                at: order.provider,
                nonce: order.nonce,
                origin: .placed,
                item: order.item,
                itemName: order.itemName,
                now: now
            )
            tables.orders[key]?.record.reference = order.reference
            tables.orders[key]?.record.price = order.price
            tables.orders[key]?.purchase = LedgerTables.Purchase(
                day: ItalianCalendar.day(of: now),
                key: order.key,
                mark: order.key.map { _ in order.mark(for: order.nonce) }
            )
            tables.arm(.verify, subject: key, due: firstPoll, now: now)
            return .recorded(try tables.row(key).record)
        }
    }

    package func minted(
        _ nonces: [OrderNonce],
        for reference: OrderReference,
        now: Timestamp
    ) async throws(LedgerError) {
        try change { tables in for nonce in nonces { tables.minted[nonce] = reference } }
    }

    package func placed(
        _ nonce: OrderNonce,
        as order: Order,
        price: Price?,
        now: Timestamp
    ) async throws(LedgerError) -> OrderRecord {
        try change { tables in
            let known = try tables.known(nonce).record
            var bound = try tables.bind(known, to: order.id, isProven: true)
            bound.placement = .placed
            bound.item = order.item ?? bound.item
            bound.itemName = order.itemName ?? bound.itemName
            bound.price = price ?? bound.price
            tables.orders[bound.key]?.record = bound
            tables.keep(OrderChange(from: known, to: bound, cause: .placing, at: now), of: bound.key)
            if bound.state?.isTerminal != true, tables.jobs[.verify(bound.key)] == nil {
                let due = now + tables.rules.readBacks.minInterval
                tables.arm(.verify, subject: bound.key, due: due, now: now)
            }
            return bound
        }
    }

    package func placementRefused(_ nonce: OrderNonce, reason: String, now: Timestamp) async throws(LedgerError) {
        try change { tables in
            let row = try tables.known(nonce)
            guard row.record.id == nil else {
                tables.orders[row.record.key]?.problem = "the provider rejected the order, but it exists: \(reason)"
                return
            }
            tables.orders[row.record.key]?.problem = reason
            tables.orders[row.record.key]?.record.placement = .refused
            let change = OrderChange(at: now, cause: .placing, placement: .refused, note: reason)
            tables.keep(change, of: row.record.key)
            let job = tables.jobs[.verify(row.record.key)]
            if let job, job.source != .callback, job.lease == nil { tables.jobs[job.id] = nil }
        }
    }
}
