import Pipeline
import RicevutaCore
import Testing
import Visengine

@testable import ricevuta

/// The exit codes are an interface: scripts branch on them.
@Suite struct CommandFailureTests {
    private static let disk = LedgerError.storage(doing: "writing", reason: "the disk is full")
    private static let order = OrderID(rawValue: "id1")

    @Test(
        arguments: [
            (.notPermitted, 77), (.notFound, 66), (.rejected, 65), (.unavailable, 69), (.outcomeUnknown, 75),
        ] as [(CallFailure.Kind, Int32)]
    )
    func ofACallToTheProvider(kind: CallFailure.Kind, code: Int32) {
        let failure = CommandFailure(CallFailure(kind, reason: "cannot place the order", message: "missing $3"))

        #expect(failure.code.exitStatus.rawValue == code)
        #expect(failure.description == "cannot place the order: missing $3", "with the provider's own words")
        #expect(
            CommandFailure(OrderPlacingError.refused(CallFailure(kind, reason: ""))).code.exitStatus.rawValue == code
        )
    }

    @Test func ofPlacingAnOrder() throws {
        let id = try #require(Self.order)
        let unknown = CallFailure(.outcomeUnknown, reason: "timed out")

        #expect(CommandFailure(OrderPlacingError.itemNotFound("x")).code.exitStatus == .notFound)
        #expect(CommandFailure(OrderPlacingError.severalItems(2)).code.exitStatus == .badInput)
        #expect(CommandFailure(OrderPlacingError.notRecorded(Self.disk)).code.exitStatus == .storage)
        #expect(CommandFailure(OrderPlacingError.outcomeUnknown(unknown)).code.exitStatus == .notNow)
        #expect(CommandFailure(OrderPlacingError.placedButNotRecorded(id, Self.disk)).code.exitStatus == .notNow)
        let limit = Price(thousandths: 50_000)
        let over = OrderPlacingError.overLimit(price: nil, spent: OrderSpending(), limit: limit)
        #expect(CommandFailure(over).code.exitStatus.rawValue == 79)
    }

    @Test func ofTheLedger() {
        #expect(CommandFailure(LedgerError.closed).code.exitStatus == .notNow)
        #expect(CommandFailure(LedgerError.notFound(what: "order", name: "7")).code.exitStatus == .notFound)
        #expect(CommandFailure(LedgerError.conflict("no")).code.exitStatus == .badInput)
        #expect(CommandFailure(Self.disk).code.exitStatus == .storage)
    }

    @Test func ofAnythingElse() {
        struct Surprise: Error {}

        #expect(CommandFailure(Surprise()).code.exitStatus == .fault)
        let missing = #expect(throws: CallbackRegistrar.Missing.self) {
            try CallbackRegistrar(publicURL: nil, keys: CallbackTokenKeys(active: key()))
        }
        #expect(missing.map { CommandFailure($0).code.exitStatus } == .configuration)
    }

    private func key() throws -> TokenKey { try #require(TokenKey(id: "k", secret: [UInt8](repeating: 1, count: 32))) }
}
