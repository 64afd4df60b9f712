import BaseKit

extension OrderNonce {
    /// Makes a new nonce from the system's random source: 128 bits.
    public static func random() -> OrderNonce {
        var generator = SystemRandomNumberGenerator()
        return random(using: &generator)
    }

    /// Makes a new nonce from a source of the caller's; only tests have a reason not to use the system's.
    public static func random(using generator: inout some RandomNumberGenerator) -> OrderNonce {
        var bytes: [UInt8] = []
        for _ in 0..<16 { bytes.append(UInt8.random(in: .min ... .max, using: &generator)) }
        return OrderNonce(unchecked: Base64.text(bytes, alphabet: .url))
    }
}
