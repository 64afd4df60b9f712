import BaseKit
import RicevutaCore
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1)))
struct OrderMergeTests {
    /// A row: its number, the letter of its token's nonce and its id, if it has them.
    private static func row(_ key: Int64, _ nonce: Character?, _ id: String?) throws -> OrderRecord {
        OrderRecord(
            key: key,
            provider: .visengine,
            nonce: try nonce.map { try Sample.nonce($0) },
            id: try id.map { try Sample.id($0) },
            origin: .external,
            placement: .pending,
            createdAt: Sample.now
        )
    }

    struct Case: Sendable {
        var nonce: Character? = "n"
        var id: String?
        /// Another row that has `id1` or claims it.
        var other: (nonce: Character?, id: String?)?
        var isProven = true
        /// The row that stays, and the one that goes.
        var stays: Int64? = 1
        var goes: Int64?
        var isConflict = false
    }

    static let cases = [
        Case(),
        Case(nonce: nil),
        Case(id: "id1", stays: nil),
        Case(nonce: nil, id: "id1", stays: nil),
        Case(id: "id2", isConflict: true),
        Case(id: "id2", other: (nil, "id1"), isConflict: true),
        // A callback without a token opened a row for an order that has one already.
        Case(nonce: nil, other: ("m", "id1"), stays: 2, goes: 1),
        Case(nonce: nil, other: (nil, "id1"), isProven: false, stays: 2, goes: 1),
        Case(nonce: nil, other: (nil, nil), isProven: false, stays: 2, goes: 1),
        // The order's token is known, and a callback without one came earlier.
        Case(other: (nil, nil), stays: 1, goes: 2),
        Case(other: (nil, nil), isProven: false, stays: 1, goes: 2),
        Case(other: (nil, "id1"), stays: 1, goes: 2),
        Case(other: (nil, "id1"), isProven: false, isConflict: true),
        // The id is another token's.
        Case(other: ("m", "id1"), isConflict: true),
        Case(other: ("m", "id1"), isProven: false, isConflict: true),
    ]

    @Test(arguments: cases)
    func decidesWhichRowStays(_ test: Case) throws {
        let order = try Self.row(1, test.nonce, test.id)
        let other = try test.other.map { try Self.row(2, $0.nonce, $0.id) }
        func decide() throws -> OrderMerge? {
            try OrderMerge.decide(order, id: Sample.id(), isProven: test.isProven, other: other)
        }

        guard !test.isConflict else {
            #expect(throws: LedgerError.self) { try decide() }
            return
        }
        let merge = try decide()
        #expect(merge?.order.key == test.stays)
        #expect(merge?.absorbed == test.goes)
        if let merge { #expect(try merge.order.id == Sample.id()) }
    }

    @Test func isNoOtherRowThanItself() throws {
        let order = try Self.row(1, nil, nil)

        let merge = try OrderMerge.decide(order, id: Sample.id(), isProven: false, other: order)

        #expect(merge?.absorbed == nil)
        #expect(try merge?.order.id == Sample.id())
    }

    @Test(
        arguments: [
            (nil, .available, OrderState.available), (.searching, .available, .available),
            (.available, .searching, .available), (.available, nil, .available), (.fulfilled, .cancelled, .fulfilled),
        ] as [(OrderState?, OrderState?, OrderState)]
    )
    func keepsTheStateThatIsFurther(mine: OrderState?, theirs: OrderState?, state: OrderState) throws {
        var order = try Sample.record(mine)
        order.outcome = Outcome(code: "mine")
        var other = try Sample.record(theirs)
        other.outcome = Outcome(code: "theirs")

        let merged = order.takingOver(other)

        #expect(merged.state == state)
        #expect(merged.rank == state.rank)
        #expect(merged.outcome?.code == (mine == state ? "mine" : "theirs"))
    }

    @Test func keepsWhatEitherRowKnows() throws {
        var order = try Sample.record()
        order.itemName = "Visura"
        order.lastReadBack = Sample.now
        var other = try Sample.record(document: .stored)
        other.key = 2
        other.item = try Sample.item()
        other.itemName = "Another name"
        other.finalSince = Sample.now - .seconds(9)
        other.lastReadBack = Sample.now - .seconds(5)

        let merged = order.takingOver(other)

        #expect(merged.key == 1)
        #expect(merged.item == other.item)
        #expect(merged.itemName == "Visura")
        #expect(merged.finalSince == other.finalSince)
        #expect(merged.document == .stored)
        #expect(merged.lastReadBack == Sample.now)
        order.document = .due
        #expect(order.takingOver(other).document == .due)
    }
}
