import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

/// What a ledger keeps of an order's changes.
@Suite(.timeLimit(.minutes(1)))
struct HistoryTests {
    @Test(arguments: LedgerKind.allCases)
    func keepsEachChangeWithItsCause(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            func at(_ seconds: Int) -> Timestamp { Sample.now + .seconds(seconds) }
            try await ledger.placing()
            _ = try await ledger.placed(try Sample.nonce(), as: try Sample.reading(nil), now: at(1))
            for (time, state) in [(60, OrderState.processing), (120, .processing), (180, .available)] {
                _ = await ledger.record(try Sample.callback(state: state, update: at(time), at: at(time)))
                let work = try #require(try await ledger.leaseVerifications(at: at(time)).first)
                let context = try Sample.context("crm", at: at(time))
                _ = try await ledger.confirm(work, reading: Sample.reading(state), binding: .bind, context: context)
            }
            let poll = try #require(try await ledger.leaseVerifications(at: at(4000)).first)
            let context = try Sample.context("crm", at: at(4000))
            _ = try await ledger.confirm(poll, reading: Sample.reading(.fulfilled), binding: .bind, context: context)
            var fetch = try #require(try await ledger.leaseFetches(at: at(4001)).first)
            try await ledger.abandonFetch(fetch, reason: "not found", now: at(4001))
            let key = try await ledger.order().key
            _ = try await ledger.fetchAgain(String(key), maxBytes: nil, now: at(4002))
            fetch = try #require(try await ledger.leaseFetches(at: at(4002)).first)
            try await ledger.stored(Sample.document, for: fetch, routing: DeliveryRouting([]), now: at(4003))
            try await ledger.refresh([key], spacing: .zero, now: at(4004))

            let expected = [
                OrderChange(at: at(1), cause: .placing, placement: .placed),
                OrderChange(at: at(60), cause: .callback, to: .processing),
                OrderChange(at: at(180), cause: .callback, from: .processing, to: .available, document: .due),
                OrderChange(
                    at: at(4000),
                    cause: .poll,
                    from: .available,
                    to: .fulfilled,
                    note: "its callback never came"
                ),
                OrderChange(at: at(4001), cause: .fetch, document: .failed, note: "not found"),
                OrderChange(at: at(4002), cause: .command, document: .due),
                OrderChange(at: at(4003), cause: .fetch, document: .stored),
                OrderChange(at: at(4004), cause: .command, note: "to be read back"),
            ]
            try await withLedgerAfterCrash(of: process) { ledger in
                #expect(try await ledger.history(ofOrder: key, limit: 100) == expected)
                #expect(try await ledger.history(ofOrder: key, limit: 2) == expected.suffix(2))
                #expect(try await ledger.history(ofOrder: 99, limit: 2) == [])
                let story = try await ledger.story(of: "id1", callbacks: 1)
                #expect(story.history == expected)
                #expect(story.hasMoreCallbacks && story.callbacks.count == 1)
                #expect(story.documents.count == 1 && story.deliveries.count == 3)
            }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func keepsWhyAnOrderWasRejectedOrLeftAlone(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.placing("r")
            try await ledger.placementRefused(try Sample.nonce("r"), reason: "status 400", now: Sample.now)
            _ = await ledger.record(try Sample.callback("p"))
            let work = try #require(
                try await ledger.leaseVerifications().first { $0.order.nonce?.rawValue.first == "p" }
            )
            try await ledger.park(work, reason: "not found", now: Sample.now)

            let refused = try await ledger.history(ofOrder: ledger.order("r").key, limit: 9)
            #expect(refused == [OrderChange(at: Sample.now, cause: .placing, placement: .refused, note: "status 400")])
            let parked = try await ledger.history(ofOrder: ledger.order("p").key, limit: 9)
            #expect(parked == [OrderChange(at: Sample.now, cause: .callback, note: "polling stopped: not found")])
        }
    }

    /// A callback without a token opened a row of its own, which was read back before the token's callback came.
    @Test(arguments: LedgerKind.allCases)
    func keepsTheHistoryOfARowThatIsJoinedToAnother(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            _ = await ledger.record(try Sample.callback(nil, state: .searching))
            let first = try #require(try await ledger.leaseVerifications().first)
            let reading = try Sample.reading(.searching)
            _ = try await ledger.confirm(first, reading: reading, binding: .bindIfFree, context: Sample.context())
            let at = Sample.now + .seconds(60)
            _ = await ledger.record(try Sample.callback("n", state: .available, at: at))
            let works = try await ledger.leaseVerifications(at: at)
            let work = try #require(works.first { $0.order.nonce != nil })

            _ = try await ledger.confirm(
                work,
                reading: try Sample.reading(.available),
                binding: .bind,
                context: try Sample.context(at: at)
            )

            try await withLedgerAfterCrash(of: process) { ledger in
                let changes = try await ledger.history(ofOrder: ledger.order().key, limit: 9)
                #expect(changes.map(\.to) == [.searching, .available])
            }
        }
    }
}
