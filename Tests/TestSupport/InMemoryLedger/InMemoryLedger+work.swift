package import BaseKit
package import RicevutaCore
package import Visengine

extension InMemoryLedger: VerificationLedger {
    package func leaseVerifications(
        limit: Int,
        now: Timestamp,
        leaseFor: Duration
    ) async throws(LedgerError) -> [VerifyWork] {
        try lease(.verify, now: now) { tables in
            var works: [VerifyWork] = []
            for (job, lease) in tables.lease(.verify, limit: limit, now: now, leaseFor: leaseFor) {
                guard let row = tables.orders[job.id.subject] else {
                    tables.jobs[job.id] = nil
                    continue
                }
                tables.orders[job.id.subject]?.lastAsked = now
                tables.orders[job.id.subject]?.allowance.count(job.source, at: now)
                let candidates = row.record.id == nil ? row.candidates.open : []
                works.append(
                    VerifyWork(lease: lease, order: row.record, candidates: candidates, trigger: job.source)
                )
            }
            return works
        }
    }

    package func catchUp(spacing: Duration, now: Timestamp) async throws(LedgerError) -> CatchUp {
        try change { tables in
            let all = tables.jobs.values.filter { $0.id.kind == .verify }
            let waiting = all.filter { $0.due > now }.map { job in
                let order = tables.orders[job.id.subject]
                return (job: job, lastAsked: [order?.lastAsked, order?.record.lastReadBack].compactMap(\.self).max())
            }
            let order = waiting.sorted {
                ($0.lastAsked?.milliseconds ?? 0, $0.job.id.number) < (
                    $1.lastAsked?.milliseconds ?? 0, $1.job.id.number
                )
            }
            for (place, entry) in order.enumerated() where entry.job.lease == nil {
                let due = CatchUp.due(
                    place: place,
                    spacing: spacing,
                    lastAsked: entry.lastAsked,
                    plan: tables.rules.readBacks,
                    now: now
                )
                tables.jobs[entry.job.id]?.due = min(entry.job.due, due)
                tables.jobs[entry.job.id]?.scheduled = now
                tables.wakes.append(LedgerTables.Wake(kind: .verify, delay: due - now))
            }
            return CatchUp(orders: all.count)
        }
    }

    package func confirm(
        _ work: VerifyWork,
        reading: Order,
        binding: OrderBinding,
        context: ConfirmationContext
    ) async throws(LedgerError) -> OrderProgress.Advance {
        try change(endingWorkUnder: work.lease) { tables in
            try tables.confirm(work, reading: reading, binding: binding, context: context)
        }
    }

    package func rejectCandidate(
        _ id: OrderID,
        of work: VerifyWork,
        reason: String,
        nextPoll: Timestamp
    ) async throws(LedgerError) {
        try change(endingWorkUnder: work.lease) { tables in
            let job = try tables.held(work.lease)
            _ = tables.orders[job.id.subject]?.candidates.reject(id)
            tables.postpone(job, until: tables.due(of: job, work.lease, atLatest: nextPoll), reason: reason)
        }
    }

    package func park(_ work: VerifyWork, reason: String, now: Timestamp) async throws(LedgerError) {
        try change(endingWorkUnder: work.lease) { tables in try tables.park(work, reason: reason, now: now) }
    }

    package func unsearchedIDs(
        among ids: [OrderID],
        at provider: ProviderID
    ) async throws(LedgerError) -> [OrderID] {
        try read { tables in
            let bound = tables.bound(at: provider)
            return ids.filter { !bound.contains($0) && tables.searched[provider]?[$0] == nil }
        }
    }

    package func searchedIDs(
        for nonce: OrderNonce,
        at provider: ProviderID
    ) async throws(LedgerError) -> [OrderID] {
        try read { tables in
            let bound = tables.bound(at: provider)
            let found = (tables.searched[provider] ?? [:]).filter { $0.value == nonce && !bound.contains($0.key) }.keys
            return found.sorted { $0.rawValue < $1.rawValue }
        }
    }

    package func noteSearched(
        _ orders: [SearchedOrder],
        at provider: ProviderID,
        now: Timestamp
    ) async throws(LedgerError) {
        try change { tables in
            for order in orders { tables.searched[provider, default: [:]][order.id] = .some(order.nonce) }
        }
    }
}

extension LedgerTables {
    /// The ids of a provider that orders are bound to.
    fileprivate func bound(at provider: ProviderID) -> Set<OrderID> {
        Set(orders.values.filter { $0.record.provider == provider }.compactMap(\.record.id))
    }
}

extension InMemoryLedger: FetchLedger {
    package func leaseFetches(limit: Int, now: Timestamp, leaseFor: Duration) async throws(LedgerError) -> [FetchWork] {
        try lease(.fetch, now: now) { tables in
            tables.lease(.fetch, limit: limit, now: now, leaseFor: leaseFor).compactMap { job, lease in
                guard let row = tables.orders[job.id.subject] else {
                    tables.jobs[job.id] = nil
                    return nil
                }
                return FetchWork(lease: lease, order: row.record, maxBytes: row.maxDocumentBytes)
            }
        }
    }

    package func stored(
        _ document: StoredDocument,
        for work: FetchWork,
        routing: DeliveryRouting,
        now: Timestamp
    ) async throws(LedgerError) {
        try change(endingWorkUnder: work.lease) { tables in
            let job = try tables.held(work.lease)
            var order = try tables.row(job.id.subject).record
            if let place = tables.documents.firstIndex(where: { $0.order == order.key && $0.document != nil }) {
                tables.replace(document, at: place, now: now)
            } else {
                tables.documents.append(
                    LedgerTables.DocumentRow(order: order.key, document: document, recordedAt: now)
                )
            }
            order.document = .stored
            tables.orders[order.key]?.record = order
            tables.keep(OrderChange(at: now, cause: .fetch, document: .stored), of: order.key)
            try tables.enqueueNotification(
                .documentAvailable,
                of: order,
                document: document,
                routing: routing,
                now: now
            )
            tables.jobs[job.id] = nil
        }
    }

    package func quarantined(
        _ document: QuarantinedDocument,
        for work: FetchWork,
        retryAt: Timestamp,
        now: Timestamp
    ) async throws(LedgerError) {
        try change(endingWorkUnder: work.lease) { tables in
            let job = try tables.held(work.lease)
            // The same content again is the same entry: a path is named by its content.
            let known = tables.documents.firstIndex {
                $0.order == job.id.subject && $0.quarantined?.path == document.path
            }
            if let known {
                tables.documents[known].quarantined?.reason = document.reason
                tables.documents[known].recordedAt = now
            } else {
                tables.documents.append(
                    LedgerTables.DocumentRow(order: job.id.subject, quarantined: document, recordedAt: now)
                )
            }
            let due = tables.due(of: job, work.lease, atLatest: retryAt)
            tables.postpone(job, until: due, reason: document.reason, refusedAt: now)
            tables.wakes.append(LedgerTables.Wake(kind: .fetch, delay: due - now))
        }
    }

    package func abandonFetch(_ work: FetchWork, reason: String, now: Timestamp) async throws(LedgerError) {
        try change(endingWorkUnder: work.lease) { tables in
            let job = try tables.held(work.lease)
            guard job.revision == work.lease.revision else {
                tables.postpone(job, until: job.due, reason: reason)
                tables.wakes.append(LedgerTables.Wake(kind: .fetch, delay: job.due - now))
                return
            }
            tables.orders[job.id.subject]?.record.document = .failed
            let change = OrderChange(at: now, cause: .fetch, document: .failed, note: reason)
            tables.keep(change, of: job.id.subject)
            tables.orders[job.id.subject]?.problem = reason
            tables.jobs[job.id] = nil
        }
    }
}

extension InMemoryLedger: DeliveryLedger {
    package func leaseDeliveries(
        room: [SinkName: Int],
        now: Timestamp,
        leaseFor: Duration
    ) async throws(LedgerError) -> [DeliverWork] {
        try lease(.deliver, now: now) { tables in
            var works: [DeliverWork] = []
            for (sink, limit) in room where !tables.isStopped(sink) {
                for (job, lease) in tables.lease(.deliver, sink: sink, limit: limit, now: now, leaseFor: leaseFor) {
                    let delivery = tables.deliveries[job.id.delivery]
                    works.append(
                        DeliverWork(
                            lease: lease,
                            deliveryID: delivery.id,
                            sink: sink,
                            notification: tables.notification(delivery.notification),
                            trace: tables.orders[tables.told[delivery.notification].order]?.trace
                        )
                    )
                }
            }
            return works
        }
    }

    package func finish(
        _ work: DeliverWork,
        action: DeliveryRetryPolicy.Action,
        attempt: AttemptEntry,
        now: Timestamp
    ) async throws(LedgerError) {
        try change(endingWorkUnder: work.lease) { tables in
            let job = try tables.held(work.lease)
            let index = job.id.delivery
            var attempt = attempt
            attempt.duration = .milliseconds(attempt.duration.wholeMilliseconds)
            tables.attempts[index, default: []].append(attempt)
            tables.attempts[index]?.removeAll { $0.number <= attempt.number - AttemptEntry.kept }
            func end(_ state: DeliveryState, _ reason: String?) {
                tables.deliveries[index].state = state
                tables.deliveries[index].lastError = reason
                tables.jobs[job.id] = nil
            }
            func putOff(until due: Timestamp, _ reason: String) {
                tables.deliveries[index].lastError = reason
                tables.postpone(job, until: due, reason: reason)
            }
            tables.deliveries[index].attempts = work.lease.attempt
            switch action {
            case .complete: end(.delivered, nil)
            case .deadLetter(let reason): end(.dead, reason)
            case .disableSink(let reason):
                if tables.disabledSinks[work.sink] == nil {
                    tables.disabledSinks[work.sink] = SinkSummary.Stop(since: now, reason: reason)
                }
                putOff(until: now, reason)
            case .retry(let after, let reason):
                putOff(until: now + after, reason)
                tables.wakes.append(LedgerTables.Wake(kind: .deliver, delay: after))
            }
        }
    }
}
