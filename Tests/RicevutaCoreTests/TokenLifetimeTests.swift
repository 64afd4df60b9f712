import BaseKit
import RicevutaCore
import Testing

@Suite(.timeLimit(.minutes(1)))
struct TokenLifetimeTests {
    @Test(arguments: [(nil, false), (-9, false), (0, false), (60, false), (61, true), (99_999, true)])
    func isOverSomeTimeAfterTheOrderBecameFinal(secondsFinal: Int?, isOver: Bool) {
        let lifetime = TokenLifetime(afterFinal: .seconds(60))
        let since = secondsFinal.map { Sample.now - .seconds($0) }

        #expect(lifetime.isOver(finalSince: since, at: Sample.now) == isOver)
    }
}
