package import BaseKit
package import RicevutaCore
import Visengine

// What operators read of deliveries and sinks, and what they do about them.

extension InMemoryLedger {
    package func deliveries(_ query: DeliveryQuery) async throws(LedgerError) -> [DeliveryEntry] {
        try read { tables in
            let before = query.before.map { id in tables.deliveries.firstIndex { $0.id == id } ?? 0 }
            let wanted = tables.deliveries.indices.prefix(before ?? .max).map { tables.entry($0) }.filter { entry in
                (query.states.isEmpty || query.states.contains(entry.state))
                    && (query.sink == nil || query.sink == entry.sink)
                    && (query.orderKey == nil || query.orderKey == entry.notification.orderKey)
                    && (query.type == nil || query.type == entry.notification.type)
                    && (query.item.map {
                        [entry.notification.item?.rawValue, entry.notification.itemName].contains($0)
                    }
                        ?? true)
                    && (query.reference == nil || query.reference == entry.notification.reference)
                    && (query.since.map { entry.createdAt >= $0 } ?? true)
            }
            return Array(wanted.reversed().prefix(query.limit))
        }
    }

    package func delivery(matching prefix: String) async throws(LedgerError) -> DeliveryEntry? {
        try change { tables in
            let ids = tables.deliveries.map(\.id).filter { $0.hasPrefix(DeliveryEntry.idPrefix(prefix)) }.sorted()
            let id = try DeliveryEntry.one(of: Array(ids.prefix(3)), matching: prefix)
            return tables.deliveries.firstIndex { $0.id == id }.map { tables.entry($0) }
        }
    }

    package func attempts(ofDelivery id: String) async throws(LedgerError) -> [AttemptEntry] {
        try read { tables in
            tables.deliveries.firstIndex { $0.id == id }.flatMap { tables.attempts[$0] } ?? []
        }
    }

    package func sinks() async throws(LedgerError) -> [SinkName: SinkSummary] { try read(\.sinks) }

    package func enable(_ sink: SinkName, now: Timestamp) async throws(LedgerError) -> Bool {
        try change { tables in
            guard tables.disabledSinks.removeValue(forKey: sink) != nil else { return false }
            tables.hasten(sink, now: now)
            return true
        }
    }

    package func pause(_ sink: SinkName, reason: String?, now: Timestamp) async throws(LedgerError) -> Bool {
        try change { tables in
            guard tables.pausedSinks[sink] == nil else { return false }
            tables.pausedSinks[sink] = SinkSummary.Stop(since: now, reason: reason)
            return true
        }
    }

    package func resume(_ sink: SinkName, now: Timestamp) async throws(LedgerError) -> Bool {
        try change { tables in
            guard tables.pausedSinks.removeValue(forKey: sink) != nil else { return false }
            tables.hasten(sink, now: now)
            return true
        }
    }

    package func hasten(_ sink: SinkName, now: Timestamp) async throws(LedgerError) -> Int {
        try change { tables in
            tables.hasten(sink, now: now)
            return tables.jobs.values.count { $0.sink == sink }
        }
    }

    package func move(
        from sink: SinkName,
        to other: SinkName,
        now: Timestamp
    ) async throws(LedgerError) -> [DeliveryReplay] {
        try change { tables in
            tables.deliveries.indices.filter { place in
                tables.deliveries[place].sink == sink && [.pending, .dead].contains(tables.deliveries[place].state)
            }.map { place in
                let row = tables.deliveries[place]
                let made = tables.addDelivery(of: row.notification, to: other, replayOf: row.id, now: now)
                tables.giveUp(place, .settled, reason: "moved to sink \(other) as \(made)")
                return DeliveryReplay(replayed: row.id, delivery: made)
            }
        }
    }

    package func giveUp(
        _ sink: SinkName,
        _ ending: DeliveryEnding,
        reason: String,
        now: Timestamp
    ) async throws(LedgerError) -> Int {
        try change { tables in
            let places = tables.jobs.values.filter { $0.sink == sink }.map(\.id.delivery)
            for place in places { tables.giveUp(place, ending.state, reason: reason) }
            return places.count
        }
    }
}

extension LedgerTables {
    /// Whether nothing is attempted at a sink until an operator says so.
    func isStopped(_ sink: SinkName) -> Bool { disabledSinks[sink] != nil || pausedSinks[sink] != nil }

    /// What is known of each sink for which there is anything to say.
    var sinks: [SinkName: SinkSummary] {
        var sinks: [SinkName: SinkSummary] = [:]
        for (sink, jobs) in Dictionary(grouping: jobs.values.filter { $0.sink != nil }, by: \.sink) {
            guard let sink else { continue }
            let failed = jobs.filter { $0.lastReason != nil }
            sinks[sink] = SinkSummary(
                waiting: jobs.count,
                retrying: failed.count,
                oldestWaiting: jobs.map(\.id.delivery).min().map { deliveries[$0].createdAt },
                nextAttempt: jobs.map(\.due).min(),
                lastError: failed.max { ($0.due, $0.id.number) < ($1.due, $1.id.number) }?.lastReason
            )
        }
        for row in deliveries where row.state == .dead {
            sinks[row.sink, default: SinkSummary()].dead += 1
            if sinks[row.sink]?.dead == 1 { sinks[row.sink]?.oldestDead = row.createdAt }
        }
        for (sink, stop) in disabledSinks { sinks[sink, default: SinkSummary()].disabled = stop }
        for (sink, stop) in pausedSinks { sinks[sink, default: SinkSummary()].paused = stop }
        return sinks
    }

    fileprivate func entry(_ place: Int) -> DeliveryEntry {
        let row = deliveries[place]
        return DeliveryEntry(
            id: row.id,
            notification: notification(row.notification),
            sink: row.sink,
            state: row.state,
            attempts: row.attempts,
            nextAttempt: jobs[.deliver(place)]?.due,
            lastError: row.lastError,
            replayOf: row.replayOf,
            createdAt: row.createdAt
        )
    }

    fileprivate mutating func hasten(_ sink: SinkName, now: Timestamp) {
        for (id, job) in jobs where job.sink == sink && job.due > now {
            jobs[id]?.due = now
            jobs[id]?.scheduled = now
        }
        wakes.append(Wake(kind: .deliver, delay: .zero))
    }

    fileprivate mutating func giveUp(_ place: Int, _ state: DeliveryState, reason: String) {
        deliveries[place].state = state
        deliveries[place].lastError = reason
        jobs[.deliver(place)] = nil
    }
}
