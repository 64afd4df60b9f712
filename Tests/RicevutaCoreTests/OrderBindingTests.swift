import RicevutaCore
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1)))
struct OrderBindingTests {
    /// What the API echoes, and what follows for a callback with order `n`'s token.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let echo: CallbackEcho
        let binding: OrderBinding
    }

    static let cases = [
        Case(testDescription: "its own token", echo: .token("token of n"), binding: .bind),
        Case(testDescription: "another order's token", echo: .token("token of m"), binding: .refuse),
        Case(testDescription: "a token that nobody signed", echo: .token("forged"), binding: .refuse),
        Case(testDescription: "an empty token", echo: .token(""), binding: .refuse),
        Case(testDescription: "another program's data", echo: .foreign, binding: .refuse),
        Case(testDescription: "nothing", echo: .absent, binding: .bindIfFree),
    ]

    @Test(arguments: cases)
    func decides(_ test: Case) throws {
        let tokens = ["token of n": try Sample.nonce("n"), "token of m": try Sample.nonce("m")]

        let binding = OrderBinding.decide(nonce: try Sample.nonce("n"), echo: test.echo) { tokens[$0] }

        #expect(binding == test.binding)
    }
}
