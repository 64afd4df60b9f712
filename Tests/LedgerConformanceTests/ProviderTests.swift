import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

/// An order's id means something only together with its provider.
@Suite(.timeLimit(.minutes(1)))
struct ProviderTests {
    private let other: ProviderID

    init() throws { other = try #require(ProviderID(rawValue: "docuengine")) }

    @Test(arguments: LedgerKind.allCases)
    func oneIDOfTwoProvidersIsTwoOrders(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            for (nonce, provider) in [("n", ProviderID.visengine), ("m", other)] as [(Character, ProviderID)] {
                _ = await ledger.record(try Sample.callback(nonce, from: provider, state: .searching))
                let work = try #require(try await ledger.leaseVerifications().first)
                #expect(work.order.provider == provider)
                _ = try await ledger.confirm(
                    work,
                    reading: Sample.reading(.searching),
                    binding: .bind,
                    context: Sample.context("crm")
                )
            }

            let orders = try await ledger.orders(OrderQuery())
            #expect(Set(orders.map(\.provider)) == [.visengine, other])
            #expect(orders.map(\.id) == [try Sample.id(), try Sample.id()])
            let told = try await ledger.leaseDeliveries().map(\.notification)
            #expect(Set(told.map(\.provider)) == [.visengine, other])
            #expect(Set(told.map(\.id)).count == 2, "one event each")
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func withoutTokensTheSameHolds(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            for provider in [.visengine, other, .visengine] {
                _ = await ledger.record(try Sample.callback(nil, from: provider))
            }

            let orders = try await ledger.orders(OrderQuery())
            #expect(Set(orders.map(\.provider)) == [.visengine, other])
            #expect(orders.count == 2)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func searchesAreOfOneProvider(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            let id = try Sample.id()
            let searched = SearchedOrder(id: id, nonce: try Sample.nonce())
            try await ledger.noteSearched([searched], at: .visengine, now: Sample.now)

            #expect(try await ledger.unsearchedIDs(among: [id], at: .visengine) == [])
            #expect(try await ledger.unsearchedIDs(among: [id], at: other) == [id])
            #expect(try await ledger.searchedIDs(for: Sample.nonce(), at: .visengine) == [id])
            #expect(try await ledger.searchedIDs(for: Sample.nonce(), at: other) == [])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func keepsTheProviderOfAPlacedOrder(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.record(
                NewOrder(nonce: try Sample.nonce(), provider: other, item: try Sample.item())
            )
            _ = await ledger.record(try Sample.callback(from: other))

            #expect(try await ledger.orders(OrderQuery()).map(\.provider) == [other])
        }
    }
}
