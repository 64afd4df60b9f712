import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

/// Reading notifications as they are recorded.
@Suite(.timeLimit(.minutes(1)))
struct NotificationListTests {
    @Test(arguments: LedgerKind.allCases)
    func readsWhatWasRecordedAfterAPlace(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            #expect(try await ledger.notifications(NotificationQuery()) == NotificationPage(entries: [], last: 0))
            try await ledger.confirmed(.searching, nonce: "a", id: "ida", sinks: "files", "crm")
            let first = try await ledger.notifications(NotificationQuery())
            #expect(first.entries.map(\.notification.orderID.rawValue) == ["ida"])
            #expect(first.entries.map { $0.sinks.map(\.rawValue) } == [["crm", "files"]])
            #expect(try await ledger.notifications(NotificationQuery(after: first.last)).entries == [])

            try await ledger.confirmed(.searching, nonce: "b", id: "idb", sinks: "crm")
            try await ledger.confirmed(.searching, nonce: "c", id: "idc")

            try await withLedgerAfterCrash(of: process) { ledger in
                let page = try await ledger.notifications(NotificationQuery(after: first.last, limit: 1))
                #expect(page.entries.map(\.notification.orderID.rawValue) == ["idb"])
                let rest = try await ledger.notifications(NotificationQuery(after: page.last, limit: 1))
                #expect(rest.entries.map(\.notification.orderID.rawValue) == ["idc"])
                #expect(rest.entries.map(\.sinks) == [[]], "it is published, though nobody wants it")
                let none = try await ledger.notifications(NotificationQuery(after: rest.last))
                #expect(none == NotificationPage(entries: [], last: rest.last))
                let start = try await ledger.notifications(NotificationQuery(limit: 0))
                #expect(start == NotificationPage(entries: [], last: rest.last), "where to begin with what comes next")
            }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func leavesOutWhatIsNotAskedForAndGoesOnBehindIt(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            let order = try await ledger.confirmed(.searching, nonce: "a", id: "ida", sinks: "crm")
            try await ledger.confirmed(.searching, nonce: "b", id: "idb", sinks: "files", at: Sample.now + .seconds(9))
            func found(_ query: NotificationQuery) async throws -> [String] {
                let page = try await ledger.notifications(query)
                #expect(page.last == 2, "what was left out is not looked at again")
                return page.entries.map(\.notification.orderID.rawValue)
            }

            #expect(try await found(NotificationQuery(sink: Sample.sink("files"))) == ["idb"])
            #expect(try await found(NotificationQuery(sink: Sample.sink("other"))) == [])
            #expect(try await found(NotificationQuery(orderKey: order.key)) == ["ida"])
            #expect(try await found(NotificationQuery(type: .orderUpdated)) == ["ida", "idb"])
            #expect(try await found(NotificationQuery(type: .orderLate)) == [])
            #expect(try await found(NotificationQuery(since: Sample.now + .seconds(9))) == ["idb"])
            #expect(try await found(NotificationQuery(item: "none")) == [])
            #expect(try await found(NotificationQuery(reference: OrderReference(rawValue: "none"))) == [])
        }
    }
}
