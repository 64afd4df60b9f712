import RicevutaCore
import TestSupport
import Testing
import Visengine

/// What a search through the account has looked at is remembered.
@Suite(.timeLimit(.minutes(1)))
struct SearchTests {
    @Test(arguments: LedgerKind.allCases)
    func looksAtNoOrderTwiceAcrossRestarts(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            try await ledger.confirmed(.searching, id: "bound")
            let ids = try ["bound", "id1", "id2", "id3"].map { try Sample.id($0) }
            #expect(try await ledger.unsearchedIDs(among: ids, at: .visengine) == Array(ids.dropFirst()))

            try await ledger.noteSearched(
                [SearchedOrder(id: ids[1], nonce: nil), SearchedOrder(id: ids[3], nonce: try Sample.nonce("x"))],
                at: .visengine,
                now: Sample.now
            )

            #expect(try await ledger.unsearchedIDs(among: ids, at: .visengine) == [ids[2]])
            try await withLedgerAfterCrash(of: process) { next in
                let left = try await next.unsearchedIDs(among: ids, at: .visengine)
                let found = try await next.searchedIDs(for: Sample.nonce("x"), at: .visengine)
                #expect(left == [ids[2]])
                #expect(found == [ids[3]])
            }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func tellsWhoseOrderItMetAsLongAsItIsBoundToNone(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            let id = try Sample.id("id1")
            let searched = SearchedOrder(id: id, nonce: try Sample.nonce())
            try await ledger.noteSearched([searched], at: .visengine, now: Sample.now)
            #expect(try await ledger.searchedIDs(for: Sample.nonce("x"), at: .visengine) == [])
            #expect(try await ledger.searchedIDs(for: Sample.nonce(), at: .visengine) == [id])

            try await ledger.confirmed(.searching)

            #expect(try await ledger.searchedIDs(for: Sample.nonce(), at: .visengine) == [])
        }
    }
}
