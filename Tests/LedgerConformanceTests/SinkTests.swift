import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

/// What operators see of sinks, and what they do about them.
@Suite(.timeLimit(.minutes(1)))
struct SinkTests {
    private static let refused = DeliveryRetryPolicy.Action.retry(after: .seconds(30), reason: "status 503")

    /// Makes so many deliveries to each of some sinks.
    private func deliveries(_ count: Int, to sinks: [String], _ ledger: any LedgerStore) async throws {
        for nonce in "abcdef".prefix(count) {
            _ = await ledger.record(try Sample.callback(nonce, id: "id\(nonce)", state: .searching))
            let work = try #require(try await ledger.leaseVerifications().first)
            _ = try await ledger.confirm(
                work,
                reading: try Sample.reading(.searching, id: "id\(nonce)"),
                binding: .bind,
                context: ConfirmationContext(
                    now: Sample.now,
                    schedule: Sample.schedule,
                    routing: try Sample.routing(sinks)
                )
            )
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func saysWhatWaitsForASinkAndWhy(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            let crm = try Sample.sink("crm")
            #expect(try await ledger.sinks() == [:])
            try await deliveries(3, to: ["crm", "files"], ledger)
            var expected = SinkSummary(waiting: 3, oldestWaiting: Sample.now, nextAttempt: Sample.now)
            #expect(try await ledger.sinks() == [crm: expected, try Sample.sink("files"): expected])

            let works = try await ledger.leaseDeliveries()
            try await ledger.finish(works[0], action: Self.refused, now: Sample.now)
            try await ledger.finish(works[1], action: .deadLetter(reason: "status 400"), now: Sample.now)
            try await ledger.finish(
                works[2],
                action: .retry(after: .seconds(90), reason: "status 502"),
                now: Sample.now
            )

            expected = SinkSummary(
                waiting: 2,
                retrying: 2,
                oldestWaiting: Sample.now,
                nextAttempt: Sample.now + .seconds(30),
                lastError: "status 502",
                dead: 1,
                oldestDead: Sample.now
            )
            #expect(try await ledger.sinks()[crm] == expected)
            let summary = try await ledger.summary(now: Sample.now)
            let sinks = try await ledger.sinks()
            #expect(summary.sinks == sinks)
            #expect(!expected.isFailing(at: Sample.now + .seconds(59)))
            #expect(expected.isFailing(at: Sample.now + .seconds(60)))
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func pausesASinkUntilItIsResumed(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            let crm = try Sample.sink("crm")
            try await deliveries(2, to: ["crm", "files"], ledger)
            let first = try #require(try await ledger.leaseDeliveries(limit: 1).first)
            try await process.withCommand { command in
                let isNew = try await command.pause(crm, reason: "moving house", now: Sample.now)
                let isNewAgain = try await command.pause(crm, reason: "again", now: Sample.now + .seconds(9))
                #expect(isNew && !isNewAgain)
            }

            try await ledger.finish(first, action: Self.refused, now: Sample.now)
            let later = Sample.now + .seconds(20)
            #expect(try await ledger.leaseDeliveries(at: later) == [])
            #expect(try await ledger.leaseDeliveries(to: "files", at: later).count == 2)
            let stop = SinkSummary.Stop(since: Sample.now, reason: "moving house")
            let paused = try #require(try await ledger.sinks()[crm])
            #expect(paused.paused == stop && paused.isStopped && paused.waiting == 2)
            #expect(!paused.isFailing(at: later + .seconds(3600)), "an operator wanted it so")
            #expect(try await ledger.summary(now: later).oldestDueMilliseconds["deliver"] == nil)
            try await withLedgerAfterCrash(of: process) { ledger in
                let leased = try await ledger.leaseDeliveries(at: later)
                #expect(leased == [], "also after a start")
            }

            #expect(try await ledger.resume(crm, now: later))

            #expect(try await !ledger.resume(crm, now: later))
            #expect(try await ledger.sinks()[crm]?.paused == nil)
            #expect(try await ledger.leaseDeliveries(at: later).count == 2, "also what was to wait for longer")
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func enablingASinkMakesDueWhatWaits(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            let crm = try Sample.sink("crm")
            try await deliveries(2, to: ["crm"], ledger)
            let works = try await ledger.leaseDeliveries()
            try await ledger.finish(works[0], action: Self.refused, now: Sample.now)
            try await ledger.finish(works[1], action: .disableSink(reason: "status 410"), now: Sample.now)
            let stopped = try #require(try await ledger.sinks()[crm])
            #expect(stopped.disabled == SinkSummary.Stop(since: Sample.now, reason: "status 410"))
            #expect(stopped.waiting == 2 && stopped.retrying == 2 && stopped.dead == 0)

            let later = Sample.now + .seconds(5)
            #expect(try await ledger.enable(crm, now: later))

            #expect(try await ledger.leaseDeliveries(at: later).count == 2)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func hastensWhatWaits(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await deliveries(2, to: ["crm", "files"], ledger)
            for sink in ["crm", "files"] {
                for work in try await ledger.leaseDeliveries(to: sink) {
                    try await ledger.finish(work, action: Self.refused, now: Sample.now)
                }
            }
            let later = Sample.now + .seconds(5)
            #expect(try await ledger.leaseDeliveries(at: later) == [])

            #expect(try await ledger.hasten(try Sample.sink("crm"), now: later) == 2)

            #expect(try await ledger.leaseDeliveries(at: later).map(\.lease.attempt) == [2, 2])
            #expect(try await ledger.leaseDeliveries(to: "files", at: later) == [])
            #expect(try await ledger.hasten(try Sample.sink("none"), now: later) == 0)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func movesWhatWaitsAndWhatIsDeadToAnotherSink(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await deliveries(4, to: ["crm", "files"], ledger)
            let works = try await ledger.leaseDeliveries(limit: 3)
            try await ledger.finish(works[0], action: .deadLetter(reason: "status 400"), now: Sample.now)
            try await ledger.finish(works[1], action: .complete, now: Sample.now)
            let old = try await ledger.deliveries(DeliveryQuery(sink: try Sample.sink("crm")))

            let later = Sample.now + .seconds(5)
            let moved = try await ledger.move(from: try Sample.sink("crm"), to: try Sample.sink("new"), now: later)

            let open = old.reversed().filter { $0.id != works[1].deliveryID }.map(\.id)
            #expect(moved.map(\.replayed) == open, "oldest first, and nothing that was delivered")
            #expect(try await ledger.leaseDeliveries(to: "new", at: later).map(\.deliveryID) == moved.map(\.delivery))
            #expect(try await ledger.leaseDeliveries(at: later) == [])
            await expect(.leaseLost(job: works[2].lease.job)) {
                try await ledger.finish(works[2], action: .complete, now: later)
            }
            for pair in moved {
                let before = try #require(try await ledger.delivery(matching: pair.replayed))
                #expect(before.state == .settled && before.nextAttempt == nil)
                #expect(before.lastError == "moved to sink new as \(pair.delivery)")
                let after = try #require(try await ledger.delivery(matching: pair.delivery))
                #expect(after.replayOf == before.id && after.notification == before.notification)
                #expect(after.sink.rawValue == "new")
            }
            #expect(try await ledger.sinks()[try Sample.sink("crm")] == nil)
            #expect(try await ledger.deliveries(DeliveryQuery(sink: try Sample.sink("files"))).count == 4)
        }
    }

    @Test(arguments: LedgerKind.allCases, [DeliveryEnding.deadLetters, .settled])
    func givesUpWhatWaits(_ kind: LedgerKind, _ ending: DeliveryEnding) async throws {
        try await withLedger(kind) { ledger, _ in
            try await deliveries(3, to: ["crm", "files"], ledger)
            let crm = try Sample.sink("crm")
            let first = try #require(try await ledger.leaseDeliveries(limit: 1).first)
            try await ledger.finish(first, action: .complete, now: Sample.now)

            #expect(try await ledger.giveUp(crm, ending, reason: "dropped", now: Sample.now) == 2)

            #expect(try await ledger.giveUp(crm, ending, reason: "dropped", now: Sample.now) == 0)
            let entries = try await ledger.deliveries(DeliveryQuery(states: [ending.state], sink: crm))
            #expect(entries.map(\.lastError) == ["dropped", "dropped"])
            #expect(try await ledger.leaseDeliveries(at: Sample.now + .seconds(9999)) == [])
            #expect(try await ledger.leaseDeliveries(to: "files").count == 3)
            if ending == .deadLetters {
                let ids = entries.map(\.id)
                #expect(try await ledger.replay(ids, onlyDead: true, now: Sample.now).count == 2)
            }
        }
    }
}
