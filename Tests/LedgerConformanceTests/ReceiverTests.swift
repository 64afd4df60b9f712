import RicevutaCore
import TestSupport
import Testing

/// Callbacks of more than one receiver in one ledger, which serve one after another.
@Suite(.timeLimit(.minutes(1)))
struct ReceiverTests {
    private static let other = ReceiverID.random()

    @Test(arguments: LedgerKind.allCases)
    func sameNumberOfTwoReceiversIsTwoCallbacks(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { _, first in
            var process = first
            for (index, receiver) in [Sample.receiver, Self.other].enumerated() {
                process = try await process.restarted(as: receiver)
                let ledger = process.ledger
                #expect(try await ledger.handedOver() == 0, "each has a journal of its own")
                for number in 5...6 {
                    // All that could be compared is equal, but for the fact.
                    var callback = try Sample.callback(id: "id\(index)\(number)")
                    callback.number = Int64(number)
                    let first = await ledger.record(callback)
                    let again = await ledger.record(callback)
                    #expect(first.isRecorded)
                    #expect(again == first, "once, however often it is handed over")
                }
                #expect(try await ledger.handedOver() == 6)
            }
            let entries = try await process.ledger.callbacks()
            #expect(entries.map(\.id) == [5, 6, 7, 8])
            let expected = [Sample.receiver, Self.other].flatMap { receiver in
                [5, 6].map { CallbackID(receiver: receiver, sequence: $0) }
            }
            #expect(entries.map(\.callback) == expected)
        }
    }

    /// The first receiver's next numbers are taken by then, the last ones by its own entries.
    @Test(arguments: LedgerKind.allCases)
    func knowsANumberThatWasTakenByAnother(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { _, first in
            var process = first
            for receiver in [Sample.receiver, Self.other, Sample.receiver, Sample.receiver] {
                process = try await process.restarted(as: receiver)
                let start = (try await process.ledger.handedOver() ?? 0) + 1
                for number in start..<start + 3 {
                    var callback = try Sample.callback(id: "\(receiver)\(number)")
                    callback.number = number
                    let outcome = await process.ledger.record(callback)
                    let again = await process.ledger.record(callback)
                    #expect(outcome.isRecorded)
                    #expect(again == outcome)
                }
            }
            let entries = try await process.ledger.callbacks().compactMap(\.callback)
            #expect(entries.count == 12)
            #expect(entries.filter { $0.receiver == Sample.receiver }.map(\.sequence) == Array(1...9))
        }
    }
}
