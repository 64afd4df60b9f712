import RicevutaCore
import TestSupport
import Testing
import Visengine

/// A wait that nothing ends takes an hour here, and so fails by the suite's limit.
@Suite(.timeLimit(.minutes(1)))
struct WaitingTests {
    static let anHour = Duration.seconds(3600)

    /// Something that makes a job due, and the job's kind.
    struct Event: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let kind: JobKind
        let happen: @Sendable (any LedgerStore, _ round: Int) async throws -> Void
    }

    static let events = [
        Event(testDescription: "a callback", kind: .verify) { ledger, round in
            _ = await ledger.record(try Sample.callback(try letter(round), id: "id\(round)"))
        },
        Event(testDescription: "a document", kind: .fetch) { ledger, round in
            try await ledger.confirmed(.available, nonce: try letter(round), id: "id\(round)")
        },
        Event(testDescription: "a notification", kind: .deliver) { ledger, round in
            try await ledger.confirmed(.searching, nonce: try letter(round), id: "id\(round)", sinks: "crm")
        },
        Event(testDescription: "a sink whose deliveries are hastened", kind: .deliver) { ledger, _ in
            _ = try await ledger.hasten(try Sample.sink(), now: Sample.now)
        },
    ]

    @Test(arguments: LedgerKind.allCases, events)
    func endsWhenAJobFallsDue(_ kind: LedgerKind, _ event: Event) async throws {
        try await withLedger(kind, longestWait: Self.anHour) { ledger, _ in
            for round in 0..<20 {
                async let woken: Void = ledger.waitForWork(event.kind)
                try await event.happen(ledger, round)
                await woken
            }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func takesASecondWhenNothingHappens(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            let clock = ContinuousClock()
            let start = clock.now

            await ledger.waitForWork(.deliver)

            #expect(clock.now - start >= .milliseconds(990), "a worker that never waits burns the machine")
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func endsWhenItIsCancelled(_ kind: LedgerKind) async throws {
        try await withLedger(kind, longestWait: Self.anHour) { ledger, _ in
            for _ in 0..<20 {
                await withTaskGroup(of: Void.self) { group in
                    for kind in JobKind.allCases { group.addTask { await ledger.waitForWork(kind) } }
                    group.cancelAll()
                }
            }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func endsWhenTheLedgerCloses(_ kind: LedgerKind) async throws {
        try await withLedger(kind, longestWait: Self.anHour) { ledger, _ in
            async let waits: Void = withTaskGroup(of: Void.self) { group in
                for kind in JobKind.allCases { group.addTask { await ledger.waitForWork(kind) } }
            }
            await ledger.close()
            await waits

            await ledger.waitForWork(.verify)
        }
    }
}

private func letter(_ round: Int) throws -> Character {
    try #require("abcdefghijklmnopqrstuvwxyz".dropFirst(round).first)
}
