import BaseKit
import RicevutaCore
import SQLiteLedger
import TestSupport
import Testing
import Visengine

/// Lists for the operator, one of whose rows holds what this program never writes.
@Suite(.timeLimit(.minutes(1)), .enabled(if: SQLiteTool.isInstalled))
struct DamagedListTests {
    /// A list of what there is of the orders `ida` and `idb`, and a way of making the part about `idb` unreadable.
    struct DamagedList: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let sql: String
        let list: @Sendable (SQLiteStore) async throws -> [String]
        let remains: [String]
    }

    private static let orders = { @Sendable (ledger: SQLiteStore) async throws in
        try await ledger.orders(OrderQuery(limit: 1)).map { $0.id?.rawValue ?? "-" }
    }

    static let lists = [
        DamagedList(
            testDescription: "orders, of which one has an odd origin",
            sql: "UPDATE orders SET origin = '?' WHERE provider_id = 'idb'",
            list: orders,
            remains: ["ida"]
        ),
        DamagedList(
            testDescription: "orders, of which one has an odd id",
            sql: "UPDATE orders SET provider_id = 'a b' WHERE provider_id = 'idb'",
            list: orders,
            remains: ["ida"]
        ),
        DamagedList(
            testDescription: "an order's callbacks",
            sql: "UPDATE callbacks SET verdict = '?' WHERE claim_id = 'idb'",
            list: { ledger in
                try await ledger.callbacks(ofOrder: 2, limit: 10).map { $0.claim.state?.name ?? "-" }
            },
            remains: ["fulfilled"]
        ),
        DamagedList(
            testDescription: "documents",
            sql: "UPDATE documents SET kind = '?' WHERE order_key = 2",
            list: { ledger in
                try await ledger.documents(ofOrder: nil, limit: 1).map { $0.orderID?.rawValue ?? "-" }
            },
            remains: ["ida"]
        ),
        DamagedList(
            testDescription: "deliveries, of which one has an odd state",
            sql: "UPDATE deliveries SET state = '?' WHERE notification IN (3, 4)",
            list: { ledger in
                try await ledger.deliveries(DeliveryQuery(limit: 1)).map(\.notification.orderID.rawValue)
            },
            remains: ["ida"]
        ),
        DamagedList(
            testDescription: "deliveries, of which one tells something odd",
            sql: "UPDATE notifications SET type = '?' WHERE order_id = 'idb'",
            list: { ledger in
                try await ledger.deliveries(DeliveryQuery(limit: 1)).map(\.notification.orderID.rawValue)
            },
            remains: ["ida"]
        ),
        DamagedList(
            testDescription: "a delivery's attempts",
            sql: """
                INSERT INTO attempts VALUES (1, 1, 0, 1, 'accepted', 200, NULL, NULL),
                    (1, 2, 0, 1, '?', 200, NULL, NULL)
                """,
            list: { ledger in
                let first = try await ledger.deliveries(DeliveryQuery()).last
                return try await ledger.attempts(ofDelivery: first?.id ?? "").map(\.outcome.rawValue)
            },
            remains: ["accepted"]
        ),
    ]

    @Test(arguments: lists)
    func listsAllThatCanBeRead(_ test: DamagedList) async throws {
        try await withLedger { ledger, directory in
            for (number, nonce) in "ab".enumerated() {
                try await ledger.confirmed(.available, nonce: nonce, id: "id\(nonce)", sinks: "crm")
                let work = try #require(try await ledger.leaseFetches().first)
                let routing = try Sample.routing(["crm"])
                let now = Sample.now + .seconds(number)
                try await ledger.stored(Sample.document, for: work, routing: routing, now: now)
            }
            _ = await ledger.record(try Sample.callback("b", id: nil, state: .fulfilled))
            try SQLiteTool.run(test.sql, in: directory)

            let listed = try await test.list(ledger)

            #expect(listed == test.remains)
            #expect(ledger.statistics.unlistedRows > 0, "what is left out is counted")
        }
    }
}
