import RicevutaCore
import TestSupport
import Testing

/// How far the journal has handed its callbacks over, by the ledger's own word.
@Suite(.timeLimit(.minutes(1)))
struct HandedOverTests {
    private func record(_ numbers: [Int64], in ledger: any LedgerStore) async throws -> [ApplyOutcome] {
        let callbacks = try numbers.map { number in
            var callback = try Sample.callback(body: "body")
            callback.number = number
            return callback
        }
        return await withCheckedContinuation { continuation in
            ledger.apply(callbacks, upTo: numbers.last) { continuation.resume(returning: $0) }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func isNotedWithTheCallbacksAlsoWhenTheyRepeatAFact(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            #expect(try await ledger.handedOver() == 0)

            let first = try await record([7], in: ledger)
            let others = try await record([8, 9], in: ledger)

            #expect(first == [.recorded(id: 7)])
            #expect(others == [.duplicate(id: 7), .duplicate(id: 7)])
            #expect(try await ledger.handedOver() == 9)
            #expect(try await ledger.newestCallback() == 7, "which does not tell")
            try await withLedgerAfterCrash(of: process) { found in
                let found = try await found.handedOver()
                #expect(found == 9)
            }

            _ = try await record([3], in: ledger)
            #expect(try await ledger.handedOver() == 9, "it never goes back")
        }
    }
}
