import BaseKit
package import RicevutaCore
import Visengine

// What operators read of documents and notifications.

extension InMemoryLedger {
    package func documents(_ query: DocumentQuery) async throws(LedgerError) -> [DocumentEntry] {
        try read { tables in
            let rows = tables.documents.filter { row in
                let order = tables.orders[row.order]?.record
                let isBehind =
                    query.before.map { (row.recordedAt, row.order) < ($0.recordedAt, $0.orderKey) } ?? true
                let isItem =
                    query.item.map { item in
                        order?.item?.rawValue == item
                            || order?.itemName?.lowercased().contains(item.lowercased()) == true
                    } ?? true
                return (query.orderKey == nil || row.order == query.orderKey) && isBehind && isItem
                    && (query.reference == nil || order?.reference == query.reference)
                    && row.recordedAt >= query.since ?? row.recordedAt
            }
            return rows.sorted { ($0.recordedAt, $0.order) > ($1.recordedAt, $1.order) }.prefix(query.limit).map {
                row in
                DocumentEntry(
                    orderKey: row.order,
                    orderID: tables.orders[row.order]?.record.id,
                    document: row.document,
                    quarantined: row.quarantined,
                    recordedAt: row.recordedAt
                )
            }
        }
    }

    package func notifications(_ query: NotificationQuery) async throws(LedgerError) -> NotificationPage {
        try read { tables in
            let newest = Int64(tables.told.count)
            let entries = tables.told.indices.map { index in
                NotificationEntry(
                    number: Int64(index + 1),
                    notification: tables.notification(index),
                    sinks: Set(tables.deliveries.filter { $0.notification == index }.map(\.sink))
                        .sorted { $0.rawValue < $1.rawValue }
                )
            }
            let wanted = entries.filter { Self.isMeant($0, by: query) }.prefix(query.limit)
            let isFull = wanted.count == query.limit && query.limit > 0
            let last = isFull ? wanted.last?.number ?? newest : max(newest, query.after)
            return NotificationPage(entries: Array(wanted), last: last)
        }
    }

    private static func isMeant(_ entry: NotificationEntry, by query: NotificationQuery) -> Bool {
        let told = entry.notification
        let isItem = query.item.map { [told.item?.rawValue, told.itemName].contains($0) } ?? true
        let isSink = query.sink.map(entry.sinks.contains) ?? true
        return entry.number > query.after && isItem && isSink && (query.type == nil || told.type == query.type)
            && (query.orderKey == nil || told.orderKey == query.orderKey)
            && (query.reference == nil || told.reference == query.reference)
            && told.occurredAt >= query.since ?? told.occurredAt
    }
}
