import BaseKit
import RicevutaCore
import SQLiteLedger
import TestSupport
import Testing
import Visengine

/// Rows that this program never wrote: passed over and counted, while all others go on.
@Suite(.timeLimit(.minutes(1)), .enabled(if: SQLiteTool.isInstalled))
struct DamageTests {
    /// A way of making the first order, `a`, unreadable for jobs of a kind.
    struct Damage: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let kind: JobKind
        let sql: String
    }

    static let damages = [
        Damage(
            testDescription: "an order's origin",
            kind: .verify,
            sql: "UPDATE orders SET origin = '?' WHERE key = 1"
        ),
        Damage(testDescription: "an order's nonce", kind: .verify, sql: "UPDATE orders SET nonce = '?' WHERE key = 1"),
        Damage(
            testDescription: "an order's id",
            kind: .verify,
            sql: "UPDATE orders SET provider_id = 'a b' WHERE key = 1"
        ),
        Damage(testDescription: "a job's source", kind: .verify, sql: "UPDATE jobs SET source = '?' WHERE id = 4"),
        Damage(
            testDescription: "an order's document",
            kind: .fetch,
            sql: "UPDATE orders SET document = '?' WHERE key = 1"
        ),
        Damage(testDescription: "a fetch's source", kind: .fetch, sql: "UPDATE jobs SET source = '?' WHERE id = 5"),
        Damage(
            testDescription: "a notification's type",
            kind: .deliver,
            sql: "UPDATE notifications SET type = '?' WHERE number = 1"
        ),
        Damage(
            testDescription: "a notification's order",
            kind: .deliver,
            sql: "UPDATE notifications SET order_id = '' WHERE number = 1"
        ),
    ]

    @Test(arguments: damages)
    func quarantinesAJobWithAnUnreadableRowAndGoesOn(_ damage: Damage) async throws {
        try await withLedger { ledger, directory in
            try await ledger.confirmed(.available, nonce: "a", id: "ida", sinks: "crm")
            try await ledger.confirmed(.available, nonce: "b", id: "idb", sinks: "crm")
            try SQLiteTool.run(damage.sql, in: directory)
            let later = Sample.now + .seconds(4000)

            let claimed = try await lease(damage.kind, from: ledger, at: later)

            #expect(claimed == ["idb"])
            #expect(ledger.statistics.unreadableRows == 1)
            #expect(try await lease(damage.kind, from: ledger, at: later + .seconds(1)) == [], "not again and again")
            #expect(ledger.statistics.unreadableRows == 1)
        }
    }

    @Test func goesOnWithARowThatWasRepaired() async throws {
        try await withLedger { ledger, directory in
            _ = await ledger.record(try Sample.callback())
            try SQLiteTool.run("UPDATE orders SET origin = '?'", in: directory)
            #expect(try await ledger.leaseVerifications() == [])

            try SQLiteTool.run("UPDATE orders SET origin = 'external'", in: directory)

            #expect(try await ledger.leaseVerifications(at: Sample.now + .seconds(3600)).count == 1)
        }
    }

    @Test func evaluatesTheOthersWhenACallbackCanBeNeitherReadNorWritten() async throws {
        try await withLedger { ledger, directory in
            for state in [OrderState.searching, .available] {
                _ = await ledger.record(try Sample.callback(state: state))
            }
            let work = try #require(try await ledger.leaseVerifications().first)
            try SQLiteTool.damage("callbacks", "claim_id = x'00' WHERE id = 1", in: directory)

            let reading = try Sample.reading(.available)
            _ = try await ledger.confirm(work, reading: reading, binding: .bind, context: Sample.context())

            #expect(try await ledger.order().state == .available)
            let verdicts = try SQLiteTool.run("SELECT verdict FROM callbacks ORDER BY id", in: directory)
            #expect(verdicts == "waiting\nconfirmed")
        }
    }

    @Test func skipsACallbackThatCannotBeReadAndEvaluatesTheOthers() async throws {
        try await withLedger { ledger, directory in
            for state in [OrderState.searching, .available] {
                _ = await ledger.record(try Sample.callback(state: state))
            }
            let work = try #require(try await ledger.leaseVerifications().first)
            try SQLiteTool.run("UPDATE callbacks SET claim_id = 'a b' WHERE id = 1", in: directory)

            let reading = try Sample.reading(.available)
            _ = try await ledger.confirm(work, reading: reading, binding: .bind, context: Sample.context())

            let verdicts = try SQLiteTool.run("SELECT verdict FROM callbacks ORDER BY id", in: directory)
            #expect(verdicts == "skipped\nconfirmed")
            #expect(ledger.statistics.unreadableRows == 1)
        }
    }

    @Test func movesAnOrderOnThoughOneOfItsUnconfirmedCallbacksCannotBeRead() async throws {
        try await withLedger { ledger, directory in
            for update in 0..<2 {
                let at = Sample.now + .seconds(update)
                _ = await ledger.record(try Sample.callback(state: .fulfilled, update: at))
            }
            let work = try #require(try await ledger.leaseVerifications().first)
            let early = try Sample.reading(.searching)
            _ = try await ledger.confirm(work, reading: early, binding: .bind, context: Sample.context())
            #expect(try await ledger.callbacks().map(\.verdict) == [.unconfirmed, .unconfirmed])
            try SQLiteTool.damage("callbacks", "claim_id = x'00' WHERE id = 1", in: directory)
            let later = Sample.now + .seconds(4000)
            let next = try #require(try await ledger.leaseVerifications(at: later).first)

            let reading = try Sample.reading(.fulfilled)
            _ = try await ledger.confirm(next, reading: reading, binding: .bind, context: Sample.context(at: later))

            #expect(try await ledger.order().state == .fulfilled)
            let verdicts = try SQLiteTool.run("SELECT verdict FROM callbacks ORDER BY id", in: directory)
            #expect(verdicts == "unconfirmed\nconfirmed")
        }
    }

    @Test func forgetsOldCallbacksThoughOneOfThemHasNoReadableTime() async throws {
        try await withLedger { ledger, directory in
            for number in 1...4 { _ = await ledger.record(try Sample.callback(id: "id\(number)")) }
            try SQLiteTool.damage("callbacks", "received_at_ms = 'x' WHERE id = 2", in: directory)

            let later = Sample.now + .seconds(1)
            let (changed, next) = try await ledger.forget(.bodies, before: later, after: 0, limit: 100)

            #expect(changed == 2, "the damaged one stays, and so does the newest")
            #expect(next == nil)
            let kept = try SQLiteTool.run("SELECT id FROM callbacks WHERE body IS NOT NULL", in: directory)
            #expect(kept == "2\n4")
            #expect(ledger.statistics.unlistedRows == 1)
        }
    }

    @Test func triesTheOtherIDsWhenOneCannotBeRead() async throws {
        try await withLedger { ledger, directory in
            for id in ["id1", "id2"] { _ = await ledger.record(try Sample.callback(id: id)) }
            try SQLiteTool.run("UPDATE order_candidates SET id = 'a b' WHERE id = 'id2'", in: directory)

            #expect(try await ledger.leaseVerifications().map(\.candidates) == [[Sample.id()]])
        }
    }

    @Test func endsAJobWhoseSubjectIsGone() async throws {
        try await withLedger { ledger, directory in
            try await ledger.confirmed(.searching, sinks: "crm")
            try SQLiteTool.run("DELETE FROM deliveries", in: directory)

            #expect(try await ledger.leaseDeliveries() == [])
            #expect(try await ledger.summary(now: Sample.now).jobsByKind == ["verify": 1])
        }
    }

    @Test func failsOneCallbackThatCannotBeWrittenAndTakesTheOthers() async throws {
        try await withLedger { ledger, directory in
            try SQLiteTool.run(
                """
                CREATE TRIGGER poison BEFORE INSERT ON callbacks WHEN new.peer = 'poison'
                BEGIN SELECT RAISE(ABORT, 'poisoned'); END
                """,
                in: directory
            )
            let callbacks = try (0..<30).map {
                try Sample.callback(id: "id\($0)", peer: $0 % 10 == 3 ? "poison" : "192.0.2.1")
            }

            let outcomes = await withTaskGroup(of: ApplyOutcome.self) { group in
                for callback in callbacks { group.addTask { await ledger.record(callback) } }
                return await group.reduce(into: []) { $0.append($1) }
            }

            #expect(outcomes.count { $0.isRecorded } == 27)
            #expect(outcomes.count { $0 == .unwritable } == 3)
            #expect(ledger.statistics.poisoned == 3)
            #expect(!ledger.statistics.isFailing)
            #expect(try await ledger.summary(now: Sample.now).callbacks == 27)
        }
    }

    @Test func writesAllOfAConfirmationOrNothing() async throws {
        try await withLedger { ledger, directory in
            _ = await ledger.record(try Sample.callback())
            let work = try #require(try await ledger.leaseVerifications().first)
            // Sinks are written in the order of the routing: the first is there when the second fails.
            try SQLiteTool.run(
                """
                CREATE TRIGGER poison BEFORE INSERT ON deliveries WHEN new.sink = 'files'
                BEGIN SELECT RAISE(ABORT, 'poisoned'); END
                """,
                in: directory
            )
            let before = try await (ledger.order(), ledger.callbacks(), ledger.summary(now: Sample.now))

            let doing = "recording an order read"
            await expect(.storage(doing: doing, reason: "poisoned")) {
                let context = try Sample.context("crm", "files")
                let reading = try Sample.reading(.available)
                return try await ledger.confirm(work, reading: reading, binding: .bind, context: context)
            }

            let after = try await (ledger.order(), ledger.callbacks(), ledger.summary(now: Sample.now))
            #expect(after.0 == before.0)
            #expect(after.1 == before.1)
            #expect(after.2 == before.2)
            try SQLiteTool.run("DROP TRIGGER poison", in: directory)
            let reading = try Sample.reading(.available)
            let context = try Sample.context("crm", "files")
            _ = try await ledger.confirm(work, reading: reading, binding: .bind, context: context)
            #expect(try await ledger.deliveries(DeliveryQuery()).count == 2, "the lease still held")
        }
    }

    @Test func refusesCallbacksOfWhichNoneCanBeWritten() async throws {
        try await withLedger { ledger, directory in
            try SQLiteTool.run(
                "CREATE TRIGGER broken BEFORE INSERT ON callbacks BEGIN SELECT RAISE(ABORT, 'never'); END",
                in: directory
            )
            let callbacks = try (0..<8).map { try Sample.callback(id: "id\($0)") }

            let outcomes = await withCheckedContinuation { continuation in
                ledger.apply(callbacks, upTo: nil) { continuation.resume(returning: $0) }
            }

            #expect(outcomes == Array(repeating: .failed, count: 8), "kept by the journal, and tried again")
            #expect(try #require(ledger.statistics.refusal).contains("each of 8 callbacks was rejected"))
        }
    }

    private func lease(_ kind: JobKind, from ledger: SQLiteStore, at now: Timestamp) async throws -> [String] {
        switch kind {
        case .verify: try await ledger.leaseVerifications(at: now).compactMap { $0.order.id?.rawValue }
        case .fetch: try await ledger.leaseFetches(at: now).compactMap { $0.order.id?.rawValue }
        case .deliver: try await ledger.leaseDeliveries(at: now).map { $0.notification.orderID.rawValue }
        }
    }
}
