import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

/// What the provider says beside an order's state: why it was cancelled, and what there is to choose from.
@Suite(.timeLimit(.minutes(1)))
struct CancellationTests {
    @Test(arguments: LedgerKind.allCases)
    func keepsAndTellsWhyAnOrderWasCancelled(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            _ = await ledger.record(try Sample.callback(state: .cancelled))
            let work = try #require(try await ledger.leaseVerifications().first)
            let reading = Order(id: try Sample.id(), state: .cancelled, cancellationReason: "Dati non corretti")

            _ = try await ledger.confirm(work, reading: reading, binding: .bind, context: Sample.context("crm"))

            try await withLedgerAfterCrash(of: process) { ledger in
                #expect(try await ledger.order().cancellationReason == "Dati non corretti")
                let told = try #require(try await ledger.deliveries(DeliveryQuery()).first).notification
                #expect(told.type == .orderCancelled)
                #expect(told.cancellationReason == "Dati non corretti")
                #expect(try await ledger.leaseDeliveries().first?.notification == told, "the sink is told it")
            }
        }
    }

    private static let searches = [
        Search(
            id: "id1_0",
            state: "Ricerca evasa",
            results: [
                SearchResult(index: 0, facts: ["Denominazione": "PRIMA", "NRea": ["!": "1"]]),
                SearchResult(index: 1, facts: ["Denominazione": "SECONDA"]),
            ]
        )
    ]

    @Test(arguments: LedgerKind.allCases)
    func keepsWhatThereIsToChooseFromForAsLongAsItWaits(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            try await ledger.confirmed(.searching, sinks: "crm")
            for (round, isChosen) in [false, false, true].enumerated() {
                let at = Sample.now + .seconds((round + 1) * 4000)
                let work = try #require(try await ledger.leaseVerifications(at: at).first)
                let reading = Order(
                    id: try Sample.id(),
                    state: isChosen ? .processing : .searching,
                    hasSearch: true,
                    isChosen: isChosen,
                    searches: Self.searches
                )
                let context = try Sample.context("crm", at: at)
                let advance = try await ledger.confirm(work, reading: reading, binding: .bind, context: context)
                #expect(advance.alarms == (round == 0 ? [.choiceNeeded] : []))

                try await withLedgerAfterCrash(of: process) { ledger in
                    let order = try await ledger.order()
                    #expect(order == advance.record)
                    #expect((order.choiceSince == nil) == isChosen)
                    #expect(try await ledger.work(ofOrder: order.key).searches == (isChosen ? [] : Self.searches))
                    #expect(try await ledger.summary(now: at).choicesNeeded == (isChosen ? 0 : 1))
                }
            }
            let told = try await ledger.deliveries(DeliveryQuery()).reversed().map(\.notification)
            #expect(told.map(\.type) == [.orderUpdated, .orderChoiceNeeded, .orderUpdated])
            #expect(told.map(\.previousState) == [nil, nil, .searching])
        }
    }
}
