import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

/// Orders that somebody may have to look at.
@Suite(.timeLimit(.minutes(1)))
struct TroubledOrderTests {
    @Test(arguments: LedgerKind.allCases)
    func listsThoseFirstThatWaitForAPerson(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            try await ledger.confirmed(.searching, nonce: "q", id: "idq")
            try await failFetch(of: "f", in: ledger)
            try await ledger.confirmed(.available, nonce: "g", id: "idg")
            let given = try #require(try await ledger.leaseFetches().first { $0.order.id?.rawValue == "idg" })
            try await ledger.abandonFetch(given, reason: "not found", now: Sample.now)
            try await confirm("c", .searching, searches: Self.searches, in: ledger)
            // Last, since it looks into the future.
            try await failRead(of: "v", in: ledger)

            try await withLedgerAfterCrash(of: process) { ledger in
                let all = try await ledger.troubledOrders(limit: 9).compactMap { $0.nonce?.rawValue.first }
                #expect(all == ["c", "g", "f", "v"])
                #expect(try await ledger.troubledOrders(limit: 2).count == 2)
            }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func anOrderThatGoesWellAgainIsNone(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await failFetch(of: "f", in: ledger)
            try await failRead(of: "v", in: ledger)
            let later = Sample.now + .seconds(4000)

            let works = try await ledger.leaseVerifications(at: later)
            let read = try #require(works.first { $0.order.id?.rawValue == "idv" })
            let reading = try Sample.reading(.searching, id: "idv")
            _ = try await ledger.confirm(read, reading: reading, binding: .bind, context: try Sample.context(at: later))
            let fetch = try #require(try await ledger.leaseFetches(at: later).first)
            try await ledger.stored(Sample.document, for: fetch, routing: try Sample.routing([]), now: later)

            #expect(try await ledger.troubledOrders(limit: 9) == [])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func aDocumentIsOverdueOnceItFailedAndAnHourIsOver(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.available, nonce: "n", id: "idn")
            let order = try await ledger.order()
            let since = order.lastUpdate ?? order.createdAt
            let hour = LedgerSummary.documentPatience
            #expect(try await ledger.summary(now: since + hour).overdueDocuments == 0, "it did not fail")
            let work = try #require(try await ledger.leaseFetches().first)
            try await ledger.postpone(work.lease, until: Sample.now + .seconds(5), reason: "HTTP 404")

            #expect(try await ledger.summary(now: since + hour - .milliseconds(1)).overdueDocuments == 0)
            #expect(try await ledger.summary(now: since + hour).overdueDocuments == 1)
        }
    }

    private static let searches = [Search(id: "idc_0", results: [SearchResult(index: 0, facts: [:])])]

    private func failRead(of nonce: Character, in ledger: any LedgerStore) async throws {
        try await ledger.confirmed(.searching, nonce: nonce, id: "id\(nonce)")
        let later = Sample.now + .seconds(3600)
        let works = try await ledger.leaseVerifications(at: later)
        let work = try #require(works.first { $0.order.nonce?.rawValue.first == nonce })
        try await ledger.postpone(work.lease, until: later + .seconds(5), reason: "HTTP 503")
    }

    private func failFetch(of nonce: Character, in ledger: any LedgerStore) async throws {
        try await ledger.confirmed(.available, nonce: nonce, id: "id\(nonce)")
        let work = try #require(try await ledger.leaseFetches().first { $0.order.nonce?.rawValue.first == nonce })
        try await ledger.postpone(work.lease, until: Sample.now + .seconds(5), reason: "HTTP 500")
    }

    private func confirm(
        _ nonce: Character,
        _ state: OrderState,
        searches: [Search],
        in ledger: any LedgerStore
    ) async throws {
        _ = await ledger.record(try Sample.callback(nonce, id: "id\(nonce)", state: state))
        let works = try await ledger.leaseVerifications()
        let work = try #require(works.first { $0.order.nonce?.rawValue.first == nonce })
        let reading = Order(id: try Sample.id("id\(nonce)"), state: state, hasSearch: true, searches: searches)
        _ = try await ledger.confirm(work, reading: reading, binding: .bind, context: try Sample.context())
    }
}
