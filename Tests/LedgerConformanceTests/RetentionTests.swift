import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1)))
struct RetentionTests {
    @Test(arguments: LedgerKind.allCases)
    func removesOldBodiesAndNothingElse(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.record(seconds: 0..<6)
            let before = try await ledger.callbacks()

            #expect(try await ledger.forgetAll(.bodies, before: Sample.now) == 0)
            #expect(try await ledger.forgetAll(.bodies, before: Sample.now + .seconds(4)) == 4)
            #expect(try await ledger.forgetAll(.bodies, before: Sample.now + .seconds(4)) == 0)

            #expect(try await ledger.callbacks() == before)
            let again = await ledger.record(try Sample.callback(state: .unknown("0"), body: "secret"))
            #expect(again == .duplicate(id: try #require(before.first).id), "its fact is still known")
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func changesNoMoreThanToldInOneTransaction(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.record(seconds: 0..<12)

            let first = try await ledger.forget(.bodies, before: Sample.now + .seconds(60), after: 0, limit: 5)
            #expect(first.changed == 5)
            let next = try #require(first.next)
            let second = try await ledger.forget(.bodies, before: Sample.now + .seconds(60), after: next, limit: 5)
            #expect(second.changed == 5)
            let last = try await ledger.forget(
                .bodies,
                before: Sample.now + .seconds(60),
                after: try #require(second.next),
                limit: 5
            )
            #expect(last.changed == 1, "the newest stays as it is")
            #expect(last.next == nil)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func removesNoCallbackThatWaitsToBeEvaluated(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.record(seconds: 0..<6)
            let before = try await ledger.callbacks()

            #expect(try await ledger.forgetAll(.callbacks, before: Sample.now + .seconds(60)) == 0)

            #expect(try await ledger.callbacks() == before)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func removesEvaluatedCallbacksAndKeepsTheirOrderAndTheNewest(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.record(seconds: 0..<6)
            let work = try #require(try await ledger.leaseVerifications().first)
            let reading = try Sample.reading(.searching)
            _ = try await ledger.confirm(work, reading: reading, binding: .bind, context: Sample.context())

            #expect(try await ledger.forgetAll(.callbacks, before: Sample.now + .seconds(3)) == 3)
            #expect(try await ledger.forgetAll(.callbacks, before: Sample.now + .seconds(60)) == 2)

            #expect(try await ledger.callbacks().map(\.receivedAt) == [Sample.now + .seconds(5)])
            #expect(try await ledger.newestCallback() == 6)
            // The same fact again is a callback like any other: the order knows what it has come to.
            let again = await ledger.record(try Sample.callback(state: .unknown("0"), body: "secret"))
            #expect(again == .recorded(id: 7))
            #expect(try await ledger.orders(OrderQuery()).count == 1)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func whatCameWhileTheClockWasAheadHidesNothingOld(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            _ = await ledger.record(try Sample.callback(id: "ahead", at: Sample.now + .seconds(365 * 86_400)))
            for number in 0..<3 { _ = await ledger.record(try Sample.callback(id: "id\(number)")) }

            #expect(try await ledger.forgetAll(.bodies, before: Sample.now + .seconds(1)) == 2, "all but the newest")
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func removesInALaterRoundWhatWasYoungInAnEarlierOne(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            let ages = Array(repeating: 0, count: 100) + Array(repeating: 1000, count: 5000)
            let callbacks = try ages.enumerated().map { number, age in
                try Sample.callback(state: .unknown("\(number)"), body: "secret", at: Sample.now + .seconds(age))
            }
            await withCheckedContinuation { done in ledger.apply(callbacks, upTo: nil) { _ in done.resume() } }
            var place: Int64 = 0

            let early = try await ledger.forgetOnce(before: Sample.now + .seconds(1), from: &place)
            let late = try await ledger.forgetOnce(before: Sample.now + .seconds(1001), from: &place)

            #expect(early == 100)
            #expect(late == 4999, "all but the newest")
        }
    }
}

extension LedgerStore {
    /// Records a callback of one order for each second, each with a fact of its own.
    fileprivate func record(seconds: Range<Int>) async throws {
        for second in seconds {
            let at = Sample.now + .seconds(second)
            _ = await record(try Sample.callback(state: .unknown("\(second)"), body: "secret", at: at))
        }
    }

    /// Removes bodies in one round, and keeps the place at which the next goes on.
    fileprivate func forgetOnce(before time: Timestamp, from place: inout Int64) async throws -> Int {
        var changed = 0
        while true {
            let step = try await forget(.bodies, before: time, after: place, limit: 1000)
            changed += step.changed
            guard let next = step.next else { return changed }
            place = next
        }
    }

    /// Applies a rule until nothing is left to look at.
    fileprivate func forgetAll(_ rule: RetentionRule, before time: Timestamp) async throws -> Int {
        var (changed, place): (Int, Int64?) = (0, 0)
        while let after = place {
            let step = try await forget(rule, before: time, after: after, limit: 2)
            changed += step.changed
            place = step.next
        }
        return changed
    }
}
