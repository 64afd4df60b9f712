import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

/// What a token that got into the wrong hands may cause.
@Suite(.timeLimit(.minutes(1)))
struct TokenAllowanceTests {
    private static func rules(readBacks: Int = 3) -> LedgerRules {
        LedgerRules(
            readBacks: ReadBackPlan(minInterval: .zero, maxPerHour: readBacks),
            tokens: TokenLifetime(afterFinal: .seconds(86_400))
        )
    }

    /// Posts a forged callback each ten seconds, and does what it causes.
    ///
    /// - Returns: When the API was asked, in seconds.
    private func readBacks(_ ledger: any LedgerStore, for seconds: Range<Int>) async throws -> [Int] {
        var asked: [Int] = []
        let none = ReconciliationSchedule(
            firstInterval: .seconds(86_400),
            maxInterval: .seconds(86_400),
            minReadBackInterval: .zero
        )
        for second in seconds where second % 10 == 0 {
            let at = Sample.now + .seconds(second)
            _ = await ledger.record(try Sample.callback(state: .unknown("forged \(second)"), at: at))
            for work in try await ledger.leaseVerifications(at: at) {
                asked.append(second)
                let context = ConfirmationContext(now: at, schedule: none, routing: try Sample.routing([]))
                let reading = try Sample.reading(.searching)
                _ = try await ledger.confirm(work, reading: reading, binding: .bind, context: context)
            }
        }
        return asked
    }

    @Test(arguments: LedgerKind.allCases)
    func asksTheAPISoOftenAnHourAtMost(_ kind: LedgerKind) async throws {
        try await withLedger(kind, rules: Self.rules()) { ledger, _ in
            let asked = try await readBacks(ledger, for: 0..<7300)
            #expect(asked == [0, 10, 20, 3600, 3610, 3620, 7200, 7210, 7220])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func keepsCountOfReadBacksAcrossRestarts(_ kind: LedgerKind) async throws {
        try await withLedger(kind, rules: Self.rules()) { ledger, process in
            #expect(try await readBacks(ledger, for: 0..<60) == [0, 10, 20])
            try await withLedgerAfterCrash(of: process) { next in
                _ = await next.record(try Sample.callback(state: .unknown("x"), at: Sample.now + .seconds(100)))
                let work = try await next.leaseVerifications(at: Sample.now + .seconds(100))
                #expect(work.isEmpty)
            }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func doesNotHoldUpTheFirstReadBackWhenTheClockIsSetBack(_ kind: LedgerKind) async throws {
        try await withLedger(kind, rules: Self.rules(readBacks: 1)) { ledger, _ in
            let asked = try await readBacks(ledger, for: 100_000..<100_010)
            #expect(asked == [100_000])

            _ = await ledger.record(try Sample.callback(state: .unknown("x"), at: Sample.now))

            #expect(try await ledger.leaseVerifications(at: Sample.now + .seconds(3600)).count == 1)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func keepsOfACallbackAfterTheTokensEndThatItCame(_ kind: LedgerKind) async throws {
        try await withLedger(kind, rules: Self.rules(readBacks: 60)) { ledger, _ in
            try await ledger.confirmed(.fulfilled)
            let last = Sample.now + .seconds(86_400)
            _ = await ledger.record(try Sample.callback(state: .unknown("in time"), body: "kept", at: last))
            let late = try Sample.callback(state: .unknown("late"), body: "not kept", at: last + .milliseconds(1))

            let outcome = await ledger.record(late)

            #expect(outcome.isRecorded)
            let callbacks = try await ledger.callbacks()
            #expect(callbacks.map(\.verdict) == [.confirmed, .waiting, .ended])
            #expect(callbacks.map(\.problem) == [nil, nil, "token_ended"])
            #expect(callbacks.last?.bodySize == 8)
            // It is for the verifier to raise the alarm.
            #expect(try await ledger.leaseVerifications(at: last + .seconds(1)).map(\.order.finalSince) == [Sample.now])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func showsWhatIsWrongWithACallbacksBody(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            let callback = ReceivedCallback(
                provider: .visengine,
                nonce: try Sample.nonce(),
                claim: CallbackClaim(),
                decodingProblem: "callback_no_order",
                body: [1, 2, 3],
                peer: "192.0.2.1",
                receivedAt: Sample.now
            )

            _ = await ledger.record(callback)

            #expect(try await ledger.callbacks().map(\.problem) == ["callback_no_order"])
        }
    }
}
