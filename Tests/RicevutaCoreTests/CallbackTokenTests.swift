import Crypto
import RicevutaCore
import Testing

@Suite(.timeLimit(.minutes(1))) struct CallbackTokenTests {
    private func key(_ id: String, _ byte: UInt8 = 7) throws -> TokenKey {
        try #require(TokenKey(id: id, secret: [UInt8](repeating: byte, count: 32)))
    }

    @Test func checksWhatItMinted() throws {
        let keys = CallbackTokenKeys(active: try key("k1"))
        let nonce = OrderNonce.random()

        let token = keys.mint(nonce)

        #expect(keys.check(token) == .valid(nonce, keyID: "k1"))
        #expect(token.utf8.count == 2 + 1 + 2 + 1 + 22 + 1 + 43)
        #expect(keys.mint(nonce) == token)
        #expect(keys.check(Substring("x\(token)y").dropFirst().dropLast()) == .valid(nonce, keyID: "k1"))
    }

    @Test func signsAsItIsDocumented() throws {
        let nonce = try #require(OrderNonce(rawValue: "AAAAAAAAAAAAAAAAAAAAAA"))
        let message = Array("ricevuta callback token v1\nk1\nAAAAAAAAAAAAAAAAAAAAAA".utf8)
        let code = HMAC<SHA256>.authenticationCode(
            for: message,
            using: SymmetricKey(data: [UInt8](repeating: 7, count: 32))
        )

        let token = CallbackTokenKeys(active: try key("k1")).mint(nonce)

        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var bits = code.flatMap { byte in (0..<8).map { Int(byte >> (7 - $0) & 1) } } + [0, 0]
        var text = ""
        while !bits.isEmpty {
            text.append(digits[bits.prefix(6).reduce(0) { $0 * 2 + $1 }])
            bits.removeFirst(6)
        }
        #expect(token == "v1.k1.AAAAAAAAAAAAAAAAAAAAAA." + text)
    }

    @Test func refusesEveryChangedCharacter() throws {
        let keys = CallbackTokenKeys(active: try key("k1"), accepted: [try key("k2", 8)])
        let token = Array(keys.mint(.random()))

        for place in token.indices {
            for replacement in ["A", "B", "-", "2", "."] where Character(replacement) != token[place] {
                var tampered = token
                tampered[place] = Character(replacement)
                #expect(keys.check(String(tampered)) == .invalid, "changed at \(place)")
            }
            var shortened = token
            shortened.remove(at: place)
            #expect(keys.check(String(shortened)) == .invalid, "shortened at \(place)")
        }
    }

    @Test func acceptsOldKeysAndTellsRetiredOnesApart() throws {
        let nonce = OrderNonce.random()
        let (first, second, third) = (try key("k1", 1), try key("k2", 2), try key("k3", 3))
        let keys = CallbackTokenKeys(active: third, accepted: [second], retired: [first])

        #expect(keys.check(CallbackTokenKeys(active: second).mint(nonce)) == .valid(nonce, keyID: "k2"))
        #expect(keys.check(CallbackTokenKeys(active: first).mint(nonce)) == .retired(nonce, keyID: "k1"))
        #expect(keys.check(CallbackTokenKeys(active: try key("k1", 9)).mint(nonce)) == .invalid)
        #expect(keys.check(CallbackTokenKeys(active: try key("k4", 3)).mint(nonce)) == .invalid)
        #expect(keys.mint(nonce).hasPrefix("v1.k3."))
        #expect(keys.keyIDs == ["k3", "k2", "k1"])
    }

    @Test func anIDOfTwoKeysIsTheActiveOnes() throws {
        let nonce = OrderNonce.random()
        let active = try key("k1", 1)
        let keys = CallbackTokenKeys(active: active, accepted: [try key("k1", 2)], retired: [try key("k1", 3)])

        #expect(keys.check(CallbackTokenKeys(active: active).mint(nonce)) == .valid(nonce, keyID: "k1"))
        #expect(keys.check(CallbackTokenKeys(active: try key("k1", 2)).mint(nonce)) == .invalid)
    }

    @Test(arguments: [
        "", ".", "...", "v1...", "v1.k1", "v2.k1.AAAAAAAAAAAAAAAAAAAAAA.x", "v1.k1.AAAAAAAAAAAAAAAAAAAAAA.",
        "v1.k1.AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.",
        String(repeating: "v1.", count: 9999),
        "v1.k1.AAAAAAAAAAAAAAAAAAAAA\u{301}.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ])
    func refusesWhatIsNoToken(_ text: String) throws {
        #expect(CallbackTokenKeys(active: try key("k1")).check(text) == .invalid)
    }

    @Test(arguments: ["", "K1", "k-1", "k.1", "kéy", "12345678901234567"])
    func refusesBadKeyIDs(_ id: String) {
        #expect(TokenKey(id: id, secret: [UInt8](repeating: 1, count: 32)) == nil)
    }

    @Test func refusesShortSecretsAndShowsNone() throws {
        #expect(TokenKey(id: "k1", secret: [UInt8](repeating: 1, count: 31)) == nil)

        let key = try #require(TokenKey(id: "k1", secret: Array("0123456789abcdef0123456789abcdef".utf8)))

        var dumped = ""
        dump(key, to: &dumped)
        for shown in ["\(key)", String(reflecting: key), dumped] {
            #expect(!shown.contains("0123456789") && !shown.contains("48"), "\(shown.utf8.count) characters")
        }
    }

    @Test func noncesDiffer() {
        let nonces = (0..<1000).map { _ in OrderNonce.random() }

        #expect(Set(nonces).count == 1000)
        #expect(nonces.allSatisfy { OrderNonce(rawValue: $0.rawValue) == $0 })
    }

    @Test func fingerprintsAreTheStartOfTheHash() {
        #expect(CallbackTokenKeys.fingerprint(of: "abc") == "ba7816bf")
    }
}
