public import BaseKit
import GRDB
public import RicevutaCore
public import Visengine

extension SQLiteStore {
    /// Of these ids of a provider, those that a search still has to look at, in the same order.
    public func unsearchedIDs(among ids: [OrderID], at provider: ProviderID) async throws(LedgerError) -> [OrderID] {
        try await read("finding orders to search for") { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT 1 FROM orders WHERE provider_id = ?1 AND provider = ?2
                    UNION ALL SELECT 1 FROM searched_orders WHERE id = ?1 AND provider = ?2
                    """
            )
            return try ids.filter { try Row.fetchOne(statement, arguments: [$0.rawValue, provider.rawValue]) == nil }
        }
    }

    /// The ids of a provider that an earlier search found to carry an order's token.
    public func searchedIDs(for nonce: OrderNonce, at provider: ProviderID) async throws(LedgerError) -> [OrderID] {
        try await read("finding searched orders") { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT id FROM searched_orders s
                    WHERE nonce = ?1 AND provider = ?2
                        AND NOT EXISTS (SELECT 1 FROM orders WHERE provider_id = s.id AND provider = ?2)
                    """,
                arguments: [nonce.rawValue, provider.rawValue]
            )
            return try rows.map { row throws(UnreadableRow) in try row.name("id") }
        }
    }

    /// Records what a search has looked at.
    public func noteSearched(
        _ orders: [SearchedOrder],
        at provider: ProviderID,
        now: Timestamp
    ) async throws(LedgerError) {
        guard !orders.isEmpty else { return }
        try await change("recording a search") { transaction in
            for order in orders {
                try transaction.run(
                    """
                    INSERT OR REPLACE INTO searched_orders(provider, id, nonce, searched_at_ms)
                    VALUES (?, ?, ?, ?)
                    """,
                    [provider.rawValue, order.id.rawValue, order.nonce?.rawValue, now.milliseconds]
                )
            }
        }
    }
}
