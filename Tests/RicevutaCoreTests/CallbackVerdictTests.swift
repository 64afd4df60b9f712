import RicevutaCore
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1)))
struct CallbackVerdictTests {
    private static let odd = OrderState.unknown("In Pausa")
    private static let claims: [OrderState?] = [
        nil, .searching, .processing, .available, .fulfilled, .cancelled, odd, .unknown("in  pausa"), .unknown("Altro"),
    ]

    /// For every state that the API has shown, which claims that proves, in the order of `claims`.
    private static let shown: [(state: OrderState?, rank: Int, claims: [Bool])] = [
        (nil, 0, [true, false, false, false, false, false, false, false, false]),
        (.searching, 1, [true, true, false, false, false, false, false, false, false]),
        (.processing, 2, [true, true, true, false, false, false, false, false, false]),
        (.available, 3, [true, true, true, true, false, false, false, false, false]),
        (.fulfilled, 4, [true, true, true, true, true, false, false, false, false]),
        (.cancelled, 4, [true, true, true, true, false, true, false, false, false]),
        (odd, 2, [true, true, true, false, false, false, true, true, false]),
    ]

    struct Case: Sendable, CustomTestStringConvertible {
        let state: OrderState?
        let rank: Int
        let claim: OrderState?
        let isShown: Bool

        var testDescription: String { "\(claim?.name ?? "none") when \(state?.name ?? "none") is shown: \(isShown)" }

        func order() throws -> OrderRecord {
            var order = try Sample.record(state)
            order.rank = rank
            return order
        }
    }

    static let cases = shown.flatMap { row in
        zip(claims, row.claims).map { Case(state: row.state, rank: row.rank, claim: $0, isShown: $1) }
    }

    @Test(arguments: cases)
    func confirmsWhatTheAPIShowsOrHasPassed(_ test: Case) throws {
        let order = try test.order()
        let expected: CallbackVerdict = test.isShown ? .confirmed : .unconfirmed

        for id in [order.id, nil] {
            #expect(CallbackVerdict.of(claimedID: id, claimedState: test.claim, order: order) == expected)
        }
        if let claim = test.claim { #expect(order.shownStates.contains(claim.name) == test.isShown) }
    }

    @Test(arguments: claims)
    func isMismatchedWhenTheCallbackNamesAnotherOrder(claim: OrderState?) throws {
        let order = try Sample.record(.fulfilled)
        let other = try Sample.id("id2")

        #expect(CallbackVerdict.of(claimedID: other, claimedState: claim, order: order) == .mismatched)
    }

    @Test(arguments: CallbackVerdict.allCases, claims)
    func asksAgainUnlessAStateWithARankWasConfirmed(verdict: CallbackVerdict, claim: OrderState?) {
        #expect(verdict.asksAgain(claimedState: claim) == (verdict != .confirmed || claim?.rank == nil))
    }

    @Test func leavesUnconfirmedOnesAloneUntilTheyAreShown() {
        #expect(CallbackVerdict.open == [.skipped, .waiting])
    }
}
