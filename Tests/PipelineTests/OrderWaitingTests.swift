import Pipeline
import RicevutaCore
import Synchronization
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1))) struct OrderWaitingTests {
    private static func record(
        _ state: OrderState?,
        _ document: DocumentProgress = .none,
        _ placement: OrderRecord.Placement = .placed
    ) -> OrderRecord {
        OrderRecord(
            key: 1,
            provider: .visengine,
            nonce: nil,
            origin: .placed,
            placement: placement,
            state: state,
            document: document,
            createdAt: Sample.now
        )
    }

    /// Shows the records one after another, and the last one for ever.
    private func waiting(
        _ records: [OrderRecord],
        timeout: Duration? = nil,
        patience: Duration = .seconds(10)
    ) -> OrderWaiting {
        let place = Mutex(0)
        return OrderWaiting(interval: .zero, timeout: timeout, patience: patience) { () throws(LedgerError) in
            place.withLock { place in
                defer { place = min(place + 1, records.count - 1) }
                return records[place]
            }
        }
    }

    @Test func waitsUntilTheDocumentIsStored() async throws {
        let records = [
            Self.record(nil, .none, .pending), Self.record(.searching), Self.record(.unknown("sospesa")),
            Self.record(.processing), Self.record(.available, .due), Self.record(.fulfilled, .stored),
        ]
        var shown: [OrderWaiting.Progress] = []

        let done = try await waiting(records).run { shown.append($0) }

        #expect(done == records.last)
        #expect(shown.map(\.step) == [1, 2, 2, 3, 4, 5])
        #expect(
            shown.map(\.text) == [
                "pending", "searching", "unknown:sospesa", "processing", "fetching the document", "document stored",
            ]
        )
    }

    @Test(
        arguments: [
            (record(.cancelled), "cancelled"), (record(.fulfilled, .failed), "gave up on the document"),
            (record(nil, .none, .refused), "refused"),
        ] as [(OrderRecord, String)]
    )
    func endsWithAnOrderThatHasNoDocument(record: OrderRecord, text: String) async throws {
        await #expect(throws: OrderWaiting.Failure.ended(text)) {
            try await waiting([Self.record(.processing), record]).run { _ in }
        }
    }

    @Test func waitsForAnOrderWhosePlacingWasNotAnsweredAndSaysOnceThatNothingHappens() async throws {
        let lost = Self.record(nil, .none, .pending)
        var told: [OrderState?] = []

        _ = try await waiting(
            [lost, lost, lost, Self.record(.processing), Self.record(.fulfilled, .stored)],
            patience: .zero
        )
        .run(report: { _ in }, stalled: { told.append($0.state) })

        #expect(told == [nil, .processing], "once for each step")
    }

    @Test func endsWhenTheTimeIsOver() async throws {
        await #expect(throws: OrderWaiting.Failure.timedOut) {
            try await waiting([Self.record(.processing)], timeout: .milliseconds(1)).run { _ in }
        }
    }

    @Test func endsWithAnOrderThatSomebodyHasToChooseFor() async throws {
        var record = Self.record(.searching)
        record.choiceSince = Sample.now

        await #expect(throws: OrderWaiting.Failure.needsChoice) { try await waiting([record]).run { _ in } }
    }

    @Test func endsWhenTheLedgerCannotBeRead() async throws {
        let waiting = OrderWaiting(interval: .zero) { () throws(LedgerError) in throw .closed }

        await #expect(throws: OrderWaiting.Failure.ledger(.closed)) { try await waiting.run { _ in } }
    }

    @Test func endsWithItsTask() async throws {
        let task = Task { try await self.waiting([Self.record(.processing)]).run { _ in } }
        task.cancel()

        await #expect(throws: OrderWaiting.Failure.cancelled) { try await task.value }
    }
}
