import BaseKit
import RicevutaCore
import Testing
import Visengine

@Suite struct BodyAllowanceTests {
    /// One body of an order, and when it comes.
    private typealias Body = (bytes: Int, order: Character, after: Duration)

    private func taken(_ bodies: [Body], by allowance: BodyAllowance) throws -> [Bool] {
        var allowance = allowance
        var taken: [Bool] = []
        for body in bodies {
            taken.append(allowance.take(body.bytes, of: try Sample.nonce(body.order), now: Sample.now + body.after))
        }
        return taken
    }

    @Test func keepsSoManyBytesOfEachOrderInAnHour() throws {
        let taken = try taken(
            [
                (6_000, "a", .zero), (6_000, "a", .zero), (4_000, "a", .seconds(3599)), (1_025, "a", .seconds(3599)),
                (6_000, "b", .zero), (6_000, "a", .seconds(3600)), (6_000, "a", .seconds(-60)),
            ],
            by: BodyAllowance(bytesPerHour: 10_000)
        )

        // In the end a new hour begins, and then the clock is set back.
        #expect(taken == [true, false, true, false, true, true, true])
    }

    @Test func keepsSmallBodiesInAnyCase() throws {
        let taken = try taken([(1024, "a", .zero), (1025, "a", .zero)], by: BodyAllowance(bytesPerHour: 0))

        #expect(taken == [true, false])
    }

    @Test func remembersTheOrdersThatSentSomethingLast() throws {
        let bodies: [Body] = "abcdefghijklmnopa".map { (2_000, $0, .zero) }

        #expect(try taken(bodies, by: BodyAllowance(bytesPerHour: 2_000, capacity: 16)).last == false)
    }
}
