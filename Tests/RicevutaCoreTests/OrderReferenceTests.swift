import RicevutaCore
import Testing
import Visengine

/// What callers may call their orders and their purchases.
@Suite struct OrderReferenceTests {
    @Test(arguments: ["1", "Pratica 7/2026", "città №5", String(repeating: "x", count: 128)])
    func aReferenceIsAnyPrintableText(text: String) {
        #expect(OrderReference(rawValue: text)?.rawValue == text)
    }

    @Test(
        arguments: [
            "", " ", " a", "a ", "a\nb", "a\tb", "\u{1B}[31m", "a\u{202E}b", "a\u{2028}b", "a\0",
            String(repeating: "x", count: 129),
        ]
    )
    func anythingElseIsNone(text: String) { #expect(OrderReference(rawValue: text) == nil) }

    @Test func aKeyIsVisibleASCII() {
        for text in ["k", "order-7/a:b", String(repeating: "k", count: 255)] {
            #expect(IdempotencyKey(rawValue: text)?.rawValue == text)
        }
        for text in ["", "a b", "è", "a\n", String(repeating: "k", count: 256)] {
            #expect(IdempotencyKey(rawValue: text) == nil)
        }
    }

    @Test func theMarkOfAContentIsAnotherForEachOrder() throws {
        let nonces = try ["a", "b"].map { letter in
            try #require(OrderNonce(rawValue: String(repeating: letter, count: 22)))
        }
        let item = try #require(ItemHash(rawValue: "item"))
        let order = NewOrder(nonce: nonces[0], provider: .visengine, item: item, content: [1, 2, 3])
        var other = order
        other.content = [1, 2]

        #expect(order.mark(for: nonces[0]).utf8.count == 64)
        #expect(order.mark(for: nonces[0]) != order.mark(for: nonces[1]))
        #expect(order.mark(for: nonces[0]) != other.mark(for: nonces[0]))
    }
}
