import BaseKit
import Foundation
import RicevutaCore
import Synchronization
import TestSupport
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1)))
struct RecordingTests {
    /// A callback after the one of order `n` that says: `id1` is available.
    struct Second: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var nonce: Character? = "n"
        var id: String? = "id1"
        var state: OrderState? = .available
        var body = "another shape"
        var isDuplicate = false
    }

    static let seconds = [
        Second(testDescription: "the same bytes", body: "body", isDuplicate: true),
        Second(testDescription: "another shape of the fact", isDuplicate: true),
        Second(testDescription: "another state", state: .fulfilled),
        Second(testDescription: "another id", id: "id2"),
        Second(testDescription: "another order", nonce: "m"),
        Second(testDescription: "no token", nonce: nil),
        Second(testDescription: "nothing but a good token", id: nil, state: nil),
    ]

    @Test(arguments: LedgerKind.allCases, seconds)
    func acceptsAFactOnce(_ kind: LedgerKind, _ second: Second) async throws {
        try await withLedger(kind) { ledger, _ in
            let first = await ledger.record(try Sample.callback())
            let again = await ledger.record(
                try Sample.callback(second.nonce, id: second.id, state: second.state, body: second.body)
            )

            let id = try #require(first.id)
            #expect(first == .recorded(id: id))
            #expect(again.isRecorded == !second.isDuplicate)
            if second.isDuplicate { #expect(again == .duplicate(id: id)) } else { #expect(again.id != id) }
            #expect(try await ledger.summary(now: Sample.now).callbacks == (second.isDuplicate ? 1 : 2))
        }
    }

    /// A fact that was confirmed, and whether the same again can mean that something has happened since.
    @Test(
        arguments: LedgerKind.allCases,
        [
            (nil, true), (OrderState.unknown("In Pausa"), true), (.searching, false), (.available, false),
        ]
    )
    func asksAgainForAFactThatIsNotOverAndDone(
        _ kind: LedgerKind,
        _ test: (state: OrderState?, isAskedAgain: Bool)
    ) async throws {
        let (state, isAskedAgain) = test
        try await withLedger(kind) { ledger, _ in
            let callback = try Sample.callback(state: state, update: nil)
            _ = await ledger.record(callback)
            let work = try #require(try await ledger.leaseVerifications().first)
            let reading = try Sample.reading(state ?? .searching)
            _ = try await ledger.confirm(work, reading: reading, binding: .bind, context: Sample.context())
            #expect(try await ledger.callbacks().map(\.verdict) == [.confirmed])
            let at = Sample.now + .seconds(20)

            let again = await ledger.record(try Sample.callback(state: state, update: nil, at: at))

            #expect(!again.isRecorded)
            #expect(try await ledger.leaseVerifications(at: at).count == (isAskedAgain ? 1 : 0))
        }
    }

    /// After a crash it may be handed over though it is there, and its order may be known by id meanwhile.
    @Test(arguments: LedgerKind.allCases, [nil, "id1"])
    func takesACallbackThatIsHandedOverAgainOnce(_ kind: LedgerKind, id: String?) async throws {
        try await withLedger(kind) { ledger, _ in
            var callback = try Sample.callback(id: id)
            callback.number = 5
            let first = await ledger.record(callback)
            let work = try #require(try await ledger.leaseVerifications().first)
            let reading = try Sample.reading(.available)
            _ = try await ledger.confirm(work, reading: reading, binding: .bind, context: Sample.context())

            let again = await ledger.record(callback)

            #expect(first == .recorded(id: 5))
            #expect(again == .recorded(id: 5))
            #expect(try await ledger.callbacks().map(\.id) == [5])
            #expect(try await ledger.callbacks().map(\.repeats) == [0])
            #expect(try await ledger.leaseVerifications(at: Sample.now + .seconds(20)).isEmpty)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func countsHowOftenAFactArrivedAndKeepsItsFirstArrival(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            for second in 0..<4 {
                _ = await ledger.record(try Sample.callback(at: Sample.now + .seconds(second)))
            }

            let entry = try #require(try await ledger.callbacks().first)
            #expect(entry.repeats == 3)
            #expect(entry.receivedAt == Sample.now)
            #expect(try await ledger.callbacks().count == 1)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func acceptsAFactOnceHoweverManyArriveAtOnce(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            let callbacks = try (0..<8).map { try Sample.callback(state: $0 % 2 == 0 ? .searching : .available) }
            let outcomes = Mutex<[ApplyOutcome]>([])
            let (answers, answered) = AsyncStream<Void>.makeStream()

            // Threads of their own, as a listener's.
            for callback in callbacks {
                Thread.detachNewThread {
                    for _ in 0..<25 {
                        ledger.record(callback) { outcome in
                            outcomes.withLock { $0.append(outcome) }
                            answered.yield()
                        }
                    }
                }
            }
            var count = 0
            for await _ in answers {
                count += 1
                if count == 200 { break }
            }

            let all = outcomes.withLock { $0 }
            #expect(all.count { $0.isRecorded } == 2)
            #expect(Set(all.compactMap(\.id)).count == 2)
            #expect(all.allSatisfy { $0.id != nil })
            #expect(try await ledger.callbacks().map(\.repeats).reduce(0, +) == 198)
            #expect(try await ledger.leaseVerifications().count == 1)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func keepsWhatACallbackSays(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            var said = try Sample.callback(state: .unknown("In Pausa")).claim
            said.lastSearchState = "Ricerca evasa"
            said.echo = .token("a secret token")
            let callback = ReceivedCallback(
                provider: .visengine,
                nonce: try Sample.nonce(),
                keyID: "k",
                claim: said,
                body: Array("eight by".utf8),
                peer: "2001:db8::9",
                receivedAt: Sample.now
            )

            let outcome = await ledger.record(callback)

            let entry = try #require(try await ledger.callbacks().first)
            var claim = callback.claim
            claim.echo = .token("")
            #expect(
                entry
                    == CallbackEntry(
                        id: try #require(outcome.id),
                        callback: entry.callback,
                        receivedAt: Sample.now,
                        peer: "2001:db8::9",
                        claim: claim,
                        verdict: .waiting,
                        repeats: 0,
                        bodySize: 8
                    ),
                "all but the token"
            )
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func opensAnOrderForATokenThatIsNotKnownHere(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            _ = await ledger.record(try Sample.callback())

            let order = try await ledger.order()
            #expect(order.origin == .external)
            #expect(order.placement == .pending)
            #expect(order.id == nil, "the body's word is a hint")
            #expect(try await ledger.leaseVerifications().map(\.candidates) == [[try Sample.id()]])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func opensOneOrderForAnIDWithoutAToken(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            _ = await ledger.record(try Sample.callback(nil, state: .searching))
            _ = await ledger.record(try Sample.callback(nil, state: .available))

            let orders = try await ledger.orders(OrderQuery())
            #expect(orders.map(\.nonce) == [nil])
            #expect(try await ledger.order(named: "id1") == orders.first)
            let key = try #require(orders.first).key
            #expect(try await ledger.callbacks(ofOrder: key, limit: 9).map(\.claim.state) == [.searching, .available])
            #expect(try await ledger.callbacks(ofOrder: key, limit: 1).map(\.claim.state) == [.available])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func keepsACallbackThatNamesNoOrderAtAll(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            let first = await ledger.record(try Sample.callback(nil, id: nil, state: nil, update: nil, body: "one"))
            let again = await ledger.record(try Sample.callback(nil, id: nil, state: nil, update: nil, body: "one"))
            let other = await ledger.record(try Sample.callback(nil, id: nil, state: nil, update: nil, body: "two"))

            #expect(first.isRecorded && other.isRecorded)
            #expect(again == .duplicate(id: try #require(first.id)))
            let summary = try await ledger.summary(now: Sample.now)
            #expect(summary.callbacks == 2)
            #expect(summary.jobsByKind == [:], "there is nothing to ask the API")
        }
    }
}
