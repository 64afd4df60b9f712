package import BaseKit
package import RicevutaCore
import Visengine

extension InMemoryLedger: LedgerReader, LedgerAdministration {
    package func orders(_ query: OrderQuery) async throws(LedgerError) -> [OrderRecord] {
        try read { tables in
            let orders = tables.orders.values.map(\.record).filter { Self.isMeant($0, by: query) }
            return Array(orders.sorted { $0.key > $1.key }.prefix(query.limit))
        }
    }

    private static func isMeant(_ order: OrderRecord, by query: OrderQuery) -> Bool {
        let isOpen = order.placement != .refused && (order.state?.isTerminal != true || order.document == .due)
        let isPlaced = query.placement == nil || (order.state == nil && order.placement == query.placement)
        let isItem =
            query.item.map { item in
                order.item?.rawValue == item || order.itemName?.lowercased().contains(item.lowercased()) == true
            } ?? true
        let isReference = query.reference == nil || query.reference == order.reference
        return (query.state == nil || query.state?.name == order.state?.name) && isPlaced && isItem && isReference
            && (!query.isOpen || isOpen) && order.createdAt >= query.since ?? order.createdAt
            && order.key < query.before ?? .max
    }

    package func troubledOrders(limit: Int) async throws(LedgerError) -> [OrderRecord] {
        try read { tables in
            let troubled = tables.orders.values.map(\.record).filter { order in
                let jobs = [tables.jobs[.verify(order.key)], tables.jobs[.fetch(order.key)]]
                return jobs.contains { $0?.lastReason != nil } || order.choiceSince != nil || order.document == .failed
                    || order.isLate
            }
            func place(_ order: OrderRecord) -> Int {
                if order.choiceSince != nil { return 0 }
                return order.document == .failed ? 1 : order.document == .due ? 2 : 3
            }
            return Array(troubled.sorted { (place($0), $0.key) < (place($1), $1.key) }.prefix(limit))
        }
    }

    package func order(named name: String) async throws(LedgerError) -> OrderRecord? {
        try change { tables in
            let rows = tables.orders.values
            let lower = name.lowercased()
            let found =
                rows.first { $0.record.id?.rawValue == name } ?? rows.first { $0.record.nonce?.rawValue == name }
                ?? rows.first { $0.claimedID?.rawValue == name } ?? Int64(name).flatMap { tables.orders[$0] }
                ?? rows.first { $0.record.id?.rawValue == lower }
            if let found { return found.record }
            guard name.utf8.count >= OrderQuery.shortestPrefix else { return nil }
            let begun = rows.filter { row in
                let (id, nonce) = (row.record.id?.rawValue, row.record.nonce?.rawValue)
                return id?.hasPrefix(name) == true || id?.hasPrefix(lower) == true || nonce?.hasPrefix(name) == true
            }
            if begun.count > 1 { throw LedgerError.ambiguous(orders: begun.prefix(3).map(\.record), name: name) }
            return begun.first?.record
        }
    }

    package func history(ofOrder key: Int64, limit: Int) async throws(LedgerError) -> [OrderChange] {
        try read { tables in
            let changes = (tables.orders[key]?.history ?? []).enumerated()
                .sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
            return changes.suffix(limit).map(\.element)
        }
    }

    package func work(ofOrder key: Int64) async throws(LedgerError) -> OrderWork {
        try read { tables in
            let jobs = [tables.jobs[.verify(key)], tables.jobs[.fetch(key)]].compactMap(\.self)
            return OrderWork(
                problem: tables.orders[key]?.problem,
                jobs: jobs.map {
                    JobEntry(
                        kind: $0.id.kind,
                        attempts: $0.attempt,
                        due: $0.due,
                        isLeased: $0.lease != nil,
                        lastReason: $0.lastReason
                    )
                },
                searches: tables.orders[key]?.searches ?? []
            )
        }
    }

    package func callbacks(ofOrder key: Int64, limit: Int) async throws(LedgerError) -> [CallbackEntry] {
        try read { tables in
            let rows = tables.callbacks.filter { $0.value.order == key }.sorted { $0.key < $1.key }
            return rows.suffix(limit).map { id, row in
                var claim = row.callback.claim
                // The token itself stays in the body, which can be redacted.
                if case .token = claim.echo { claim.echo = .token("") }
                return CallbackEntry(
                    id: id,
                    callback: row.origin,
                    receivedAt: row.callback.receivedAt,
                    peer: row.callback.peer,
                    claim: claim,
                    verdict: row.verdict,
                    problem: row.problem,
                    repeats: row.repeats,
                    bodySize: row.callback.body.count
                )
            }
        }
    }

    package func replay(
        _ ids: [String],
        onlyDead: Bool,
        now: Timestamp
    ) async throws(LedgerError) -> [DeliveryReplay] {
        try change { tables in
            let places = try Set(ids).map { id in
                guard let place = tables.deliveries.firstIndex(where: { $0.id == id }) else {
                    throw LedgerError.notFound(what: "delivery", name: id)
                }
                try tables.deliveries[place].state.requireReplayable(id, onlyDead: onlyDead)
                return place
            }
            return places.sorted().map { place in
                let row = tables.deliveries[place]
                if row.state == .dead { tables.deliveries[place].state = .settled }
                let made = tables.addDelivery(of: row.notification, to: row.sink, replayOf: row.id, now: now)
                return DeliveryReplay(replayed: row.id, delivery: made)
            }
        }
    }

    package func dismiss(_ ids: [String]) async throws(LedgerError) {
        try change { tables in
            let places = try Set(ids).map { id in
                guard let place = tables.deliveries.firstIndex(where: { $0.id == id }) else {
                    throw LedgerError.notFound(what: "delivery", name: id)
                }
                try tables.deliveries[place].state.requireReplayable(id, onlyDead: true)
                return place
            }
            for place in places { tables.deliveries[place].state = .settled }
        }
    }

    package func fetchAgain(
        _ name: String,
        maxBytes: Int64?,
        now: Timestamp
    ) async throws(LedgerError) -> OrderRecord {
        guard let found = try await order(named: name) else { throw .notFound(what: "order", name: name) }
        return try change { tables in
            var row = try tables.row(found.key)
            try row.record.fetchAgain()
            if let maxBytes { row.maxDocumentBytes = maxBytes }
            row.problem = nil
            tables.orders[found.key] = row
            tables.keep(OrderChange(at: now, cause: .command, document: .due), of: found.key)
            tables.arm(.fetch, subject: found.key, due: now, now: now)
            return row.record
        }
    }

    package func refresh(_ orders: [Int64], spacing: Duration, now: Timestamp) async throws(LedgerError) {
        try change { tables in
            for (place, key) in orders.enumerated() {
                _ = try tables.row(key)
                tables.keep(OrderChange(at: now, cause: .command, note: OrderChange.refresh), of: key)
                tables.arm(.verify, subject: key, due: now + spacing * place, now: now, source: .refresh)
            }
        }
    }

    package func fetchLost(_ orders: Set<Int64>, now: Timestamp) async throws(LedgerError) {
        try change { tables in
            for key in orders.sorted() {
                guard var row = tables.orders[key], row.record.fetchLost() else { continue }
                tables.orders[key] = row
                tables.arm(.fetch, subject: key, due: now, now: now)
            }
        }
    }

    /// Always: it lives with its process.
    package func isServed(now: Timestamp) async throws(LedgerError) -> Bool { try read { _ in true } }

    package func forgetQuarantined(_ paths: Set<String>) async throws(LedgerError) {
        try change { tables in
            tables.documents.removeAll { row in row.quarantined.map { paths.contains($0.path) } ?? false }
        }
    }

    package func summary(now: Timestamp) async throws(LedgerError) -> LedgerSummary {
        try read { tables in
            var summary = LedgerSummary()
            summary.callbacks = tables.callbacks.count
            for row in tables.callbacks.values { summary.callbacksByVerdict[row.verdict.rawValue, default: 0] += 1 }
            for row in tables.orders.values {
                summary.ordersByState[row.record.state?.name ?? "unread", default: 0] += 1
            }
            summary.choicesNeeded = tables.orders.values.count { $0.record.choiceSince != nil }
            summary.lateOrders = tables.orders.values.map(\.record).count(where: \.isLate)
            summary.overdueDocuments = tables.orders.values.map(\.record).count { order in
                tables.jobs[.fetch(order.key)]?.lastReason != nil
                    && (order.lastUpdate ?? order.createdAt) <= now - LedgerSummary.documentPatience
            }
            summary.oldestOpenOrder =
                tables.orders.values.map(\.record).filter {
                    $0.id != nil && $0.state != .cancelled && [.none, .due].contains($0.document)
                }
                .map(\.createdAt).min()
            summary.documents = tables.documents.count { $0.document != nil }
            let stored = Set(tables.documents.filter { $0.document != nil }.map(\.order))
            summary.quarantined = tables.documents.count { $0.quarantined != nil && !stored.contains($0.order) }
            for row in tables.deliveries { summary.deliveriesByState[row.state.rawValue, default: 0] += 1 }
            for job in tables.jobs.values {
                let kind = job.id.kind.rawValue
                summary.jobsByKind[kind, default: 0] += 1
                let isStopped = job.sink.map(tables.isStopped) ?? false
                guard now > job.due, tables.isFree(job, at: now), !isStopped else { continue }
                let late = (now - job.due).wholeMilliseconds
                summary.oldestDueMilliseconds[kind] = max(summary.oldestDueMilliseconds[kind] ?? 0, late)
            }
            summary.spentToday = tables.spending(on: now)
            summary.sinks = tables.sinks
            return summary
        }
    }
}

extension InMemoryLedger: RetentionLedger {
    package func forget(
        _ rule: RetentionRule,
        before time: Timestamp,
        after last: Int64,
        limit: Int
    ) async throws(LedgerError) -> (changed: Int, next: Int64?) {
        try change { tables in
            if rule == .attempts {
                var changed = 0
                for place in tables.attempts.keys.sorted() {
                    let kept = tables.attempts[place, default: []]
                    let old = kept.filter { $0.startedAt < time }.prefix(limit - changed)
                    tables.attempts[place] = kept.filter { !old.contains($0) }
                    changed += old.count
                }
                return (changed, changed < limit ? nil : 0)
            }
            if rule == .quarantine {
                let old = tables.documents.indices.filter {
                    tables.documents[$0].quarantined != nil && tables.documents[$0].recordedAt < time
                }
                for index in old.prefix(limit).reversed() { tables.documents.remove(at: index) }
                return (min(old.count, limit), old.count < limit ? nil : 0)
            }
            var changed: [Int64] = []
            let ids = tables.callbacks.keys.filter { $0 > last && $0 < tables.newestCallback }.sorted()
            for id in ids {
                guard let row = tables.callbacks[id], row.callback.receivedAt < time else { continue }
                if changed.count == limit { return (changed.count, changed.last) }
                switch rule {
                case .bodies where row.hasBody: tables.callbacks[id]?.hasBody = false
                case .callbacks where row.verdict != .waiting:
                    tables.callbacks[id] = nil
                    tables.entries[row.origin] = nil
                    tables.facts[row.fact] = nil
                case .bodies, .callbacks, .quarantine, .attempts: continue
                }
                changed.append(id)
            }
            return (changed.count, nil)
        }
    }
}

extension OrderRecord {
    /// Whether its document was promised by now and is not there.
    fileprivate var isLate: Bool { lateSince != nil && state?.hasDocument != true && state?.isTerminal != true }
}
