import BaseKit
import RicevutaCore
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1)))
struct OrderStoryTests {
    private static let next = Timestamp(seconds: 1_800_000_300)

    /// An order as it stands, and what it waits for.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var state: OrderState? = .fulfilled
        var document = DocumentProgress.stored
        var placement = OrderRecord.Placement.placed
        var id: String? = "id1"
        var change: @Sendable (inout OrderStory) throws -> Void = { _ in }
        let word: String
        let sentence: String
    }

    private static func job(
        _ kind: JobKind,
        isLeased: Bool = false,
        _ reason: String? = nil
    ) -> @Sendable (inout OrderStory) throws -> Void {
        { story in
            story.work.jobs.append(
                JobEntry(kind: kind, attempts: 1, due: next, isLeased: isLeased, lastReason: reason)
            )
        }
    }

    private static func delivery(
        _ state: DeliveryState,
        to sink: String = "crm",
        next: Timestamp? = nil,
        error: String? = nil
    ) throws -> DeliveryEntry {
        DeliveryEntry(
            id: "dlv_1",
            notification: try Sample.notification(.documentAvailable),
            sink: try Sample.sink(sink),
            state: state,
            attempts: 1,
            nextAttempt: next,
            lastError: error,
            replayOf: nil,
            createdAt: Sample.now
        )
    }

    static let cases = [
        Case(
            testDescription: "all done",
            change: { $0.deliveries = [try delivery(.delivered), try delivery(.settled)] },
            word: "nothing",
            sentence: "Nothing: the order is finished, its document stored."
        ),
        Case(
            testDescription: "cancelled",
            state: .cancelled,
            document: .none,
            change: { $0.order.cancellationReason = "Dati non corretti" },
            word: "nothing",
            sentence: "Nothing: the order was cancelled: Dati non corretti."
        ),
        Case(
            testDescription: "rejected",
            state: nil,
            document: .none,
            placement: .refused,
            id: nil,
            change: { $0.work.problem = "insufficient credit" },
            word: "nothing",
            sentence: "Nothing: the provider rejected the order: insufficient credit."
        ),
        Case(
            testDescription: "in production",
            state: .processing,
            document: .none,
            change: job(.verify),
            word: "provider",
            sentence: "The provider: the order is processing; it is read next at 2027-01-15 08:05:00Z."
        ),
        Case(
            testDescription: "late",
            state: .processing,
            document: .none,
            change: { story in
                try job(.verify, "HTTP 503")(&story)
                story.order.promisedBy = Sample.now - .seconds(60)
                story.order.lateSince = Sample.now
            },
            word: "provider",
            sentence: "The provider: the order is processing, promised by 2027-01-15 07:59:00Z, which is over; "
                + "it is read next at 2027-01-15 08:05:00Z (last time: HTTP 503); "
                + "`ricevuta order refresh id1` tries at once."
        ),
        Case(
            testDescription: "being read",
            state: .available,
            change: job(.verify, isLeased: true),
            word: "provider",
            sentence: "The provider: the order is available; it is being read now."
        ),
        Case(
            testDescription: "finished, and to be read for an operator",
            change: job(.verify),
            word: "provider",
            sentence: "The provider: the order is fulfilled; it is read next at 2027-01-15 08:05:00Z."
        ),
        Case(
            testDescription: "its placing not answered",
            state: nil,
            document: .none,
            placement: .pending,
            id: nil,
            change: job(.verify, "no order with this token at the provider"),
            word: "confirmation",
            sentence: "The provider's confirmation that the order exists; it is read next at 2027-01-15 08:05:00Z "
                + "(last time: no order with this token at the provider); "
                + "`ricevuta order refresh nnnnnnnnnnnnnnnnnnnnnn` tries at once."
        ),
        Case(
            testDescription: "a document that cannot be fetched",
            document: .due,
            change: job(.fetch, "HTTP 500"),
            word: "document",
            sentence: "The document, which the provider has: next attempt 2027-01-15 08:05:00Z (last time: HTTP 500); "
                + "`ricevuta document fetch id1` tries at once."
        ),
        Case(
            testDescription: "a document that was given up",
            document: .failed,
            change: { $0.work.problem = "not found" },
            word: "fetch",
            sentence: "Somebody to ask for the document again, which was given up: not found; "
                + "`ricevuta document fetch id1`."
        ),
        Case(
            testDescription: "a delivery",
            change: { $0.deliveries = [try delivery(.pending, next: next, error: "connection refused")] },
            word: "deliveries",
            sentence: "1 delivery to crm: the next attempt is at 2027-01-15 08:05:00Z (last time: connection refused); "
                + "`ricevuta sink retry crm` tries at once."
        ),
        Case(
            testDescription: "a delivery to a disabled sink",
            change: {
                $0.deliveries = [try delivery(.pending, next: next)]
                $0.stoppedSinks = [try Sample.sink("crm"): .gone(reason: "410 Gone")]
            },
            word: "sink",
            sentence: "The disabled sink crm: 410 Gone; `ricevuta sink enable crm`."
        ),
        Case(
            testDescription: "a delivery to a paused sink",
            change: {
                $0.deliveries = [try delivery(.pending, next: next)]
                $0.stoppedSinks = [try Sample.sink("crm"): .paused(reason: "new host")]
            },
            word: "sink",
            sentence: "The paused sink crm: new host; `ricevuta sink resume crm`."
        ),
        Case(
            testDescription: "a delivery to a sink that is gone",
            change: {
                $0.deliveries = [try delivery(.pending, next: next)]
                $0.stoppedSinks = [try Sample.sink("crm"): .missing]
            },
            word: "sink",
            sentence: "The sink crm, which is not configured; `ricevuta sink move crm TO` or `ricevuta sink drop crm`."
        ),
        Case(
            testDescription: "a dead letter",
            change: { $0.deliveries = [try delivery(.pending, next: next), try delivery(.dead)] },
            word: "dead_letters",
            sentence: "Somebody to replay or dismiss 1 dead letter; `ricevuta dead-letter list`."
        ),
        Case(
            testDescription: "a choice",
            state: .searching,
            document: .none,
            change: { story in
                try job(.verify)(&story)
                story.order.choiceSince = Sample.now
                story.work.searches = [
                    Search(
                        id: "id1_0",
                        results: [SearchResult(index: 0, facts: [:]), SearchResult(index: 1, facts: [:])]
                    )
                ]
            },
            word: "choice",
            sentence: "Somebody to choose one of 2 search results at the provider; `ricevuta order show id1`."
        ),
        Case(
            testDescription: "nobody who asks for it any more",
            state: .processing,
            document: .none,
            change: { $0.work.problem = "order not found at the provider" },
            word: "callback",
            sentence: "A callback: polling has stopped: order not found at the provider; "
                + "`ricevuta order refresh id1`."
        ),
        Case(
            testDescription: "its deliveries come after the provider",
            state: .processing,
            document: .none,
            change: { story in
                try job(.verify)(&story)
                story.deliveries = [try delivery(.dead)]
            },
            word: "provider",
            sentence: "The provider: the order is processing; it is read next at 2027-01-15 08:05:00Z."
        ),
    ]

    @Test(arguments: cases)
    func saysWhatAnOrderWaitsFor(_ test: Case) throws {
        var record = try Sample.record(test.state, document: test.document)
        record.id = try test.id.map { try Sample.id($0) }
        record.placement = test.placement
        var story = OrderStory(order: record)
        try test.change(&story)

        #expect(story.waiting.word == test.word)
        #expect(story.waitingSentence == test.sentence)
    }

    @Test func tellsWhatHappenedInItsOrder() throws {
        func at(_ seconds: Int) -> Timestamp { Sample.now + .seconds(seconds) }
        var story = OrderStory(order: try Sample.record(.fulfilled, document: .stored))
        story.history = [
            OrderChange(at: at(1), cause: .placing, placement: .placed),
            OrderChange(at: at(20), cause: .callback, from: .processing, to: .fulfilled, document: .due),
            OrderChange(at: at(30), cause: .fetch, document: .stored),
            OrderChange(at: at(50), cause: .command, note: "to be read back"),
            OrderChange(at: at(60), cause: .poll, isLate: true),
        ]
        story.callbacks = [
            CallbackEntry(
                id: 7,
                receivedAt: at(19),
                peer: "192.0.2.1",
                claim: CallbackClaim(state: .fulfilled),
                verdict: .confirmed,
                repeats: 2,
                bodySize: 9
            )
        ]
        story.documents = [
            DocumentEntry(
                orderKey: 1,
                orderID: try Sample.id(),
                document: StoredDocument(sha256: "0a", size: 3, kind: .pdf, name: nil),
                recordedAt: at(30)
            )
        ]
        var update = try Self.delivery(.delivered)
        update.createdAt = at(20)
        update.notification = try Sample.notification(.orderUpdated)
        update.notification.id = "n0"
        update.notification.state = .fulfilled
        var first = try Self.delivery(.delivered)
        first.createdAt = at(30)
        var second = try Self.delivery(.dead, to: "files", error: "HTTP 400")
        second.createdAt = at(30)
        story.deliveries = [second, first, update]

        #expect(
            story.moments.map { "\(($0.at - Sample.now).components.seconds) \($0.kind.rawValue): \($0.text)" } == [
                "0 recorded: recorded, to be placed from here",
                "1 change: placed: the provider has it",
                "19 callback: callback 7 from 192.0.2.1 claims fulfilled: confirmed (came 3 times)",
                "20 change: read back after a callback: state processing → fulfilled, document to be fetched",
                "20 event: published order.updated (fulfilled): crm delivered after 1 attempt",
                "30 document: document stored: pdf, 3 bytes",
                "30 event: published document.available: crm delivered after 1 attempt; "
                    + "files dead after 1 attempt, HTTP 400",
                "50 change: an operator's command: to be read back",
                "60 change: read back by a poll: past its promised time",
            ]
        )
    }

    @Test func comparesAnOrderBeforeAndAfter() throws {
        let before = try Sample.record(.searching)
        var after = before
        after.lastReadBack = Sample.now
        after.quietPolls = 3
        #expect(OrderChange(from: before, to: after, cause: .poll, at: Sample.now) == nil, "nothing worth telling")

        after.state = .processing
        after.document = .due
        after.choiceSince = Sample.now
        after.lateSince = Sample.now
        after.placement = .pending
        let change = OrderChange(from: before, to: after, cause: .refresh, at: Sample.now)

        #expect(
            change
                == OrderChange(
                    at: Sample.now,
                    cause: .refresh,
                    from: .searching,
                    to: .processing,
                    placement: .pending,
                    document: .due,
                    needsChoice: true,
                    isLate: true
                )
        )
    }
}
